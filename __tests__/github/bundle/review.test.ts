import { reviewStories } from '../../support/github/stories/review.js';
import { embedded } from './embedded.js';

reviewStories(embedded);
