import { afterStories } from '../../support/github/stories/after.js';
import { embedded } from '../../support/github/embedded.js';

afterStories(embedded);
