import { reviewStories } from '../../support/github/stories/review.js';
import { embedded } from '../../support/github/embedded.js';

reviewStories(embedded);
