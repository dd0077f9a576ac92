import { afterStories } from '../../support/github/stories/after.js';
import { embedded } from './embedded.js';

afterStories(embedded);
