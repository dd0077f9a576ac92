import { driftStories } from '../../support/github/stories/drift.js';
import { embedded } from './embedded.js';

driftStories(embedded);
