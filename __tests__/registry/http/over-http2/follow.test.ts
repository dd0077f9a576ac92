import { speakHttp2 } from '../../../support/http-harness.js';

// The same promises, from servers that speak HTTP/2.
speakHttp2();
await import('../follow.test.js');
