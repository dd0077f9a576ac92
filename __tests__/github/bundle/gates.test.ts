import { gateStories } from '../../support/github/stories/gates.js';
import { embedded } from '../../support/github/embedded.js';

gateStories(embedded);
