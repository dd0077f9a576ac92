import { driftStories } from '../../support/github/stories/drift.js';
import { embedded } from '../../support/github/embedded.js';

driftStories(embedded);
