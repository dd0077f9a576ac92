/**
 * What went over the wire, for the report. Requests to token servers and retries count as requests. A retry is a request
 * that is sent again because it went wrong, by the transport or by its caller; the look that a caller takes in between,
 * and the second request of a login, are none.
 */
export interface Usage {
  requests: number;
  retries: number;
  bytes_in: number;
  bytes_out: number;
}

export function createUsage(): Usage {
  return { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 };
}
