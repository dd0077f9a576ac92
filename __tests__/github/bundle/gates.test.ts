import { gateStories } from '../../support/github/stories/gates.js';
import { embedded } from './embedded.js';

gateStories(embedded);
