/** What went over the wire, for the report. Requests to token servers and retries count as requests. */
export interface Usage {
  requests: number;
  retries: number;
  bytes_in: number;
  bytes_out: number;
}

export function createUsage(): Usage {
  return { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 };
}
