import type { Clock, Log } from '../ports.js';
import type { RegistryRequest, RegistryResponse, Transport } from './http/types.js';
import { inContext, type Task } from './answers.js';

/** What every operation needs: the wire, time and a place to warn. */
export interface Context {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
}

/** As `context`, for what was asked before and went wrong: the report counts each request as a retry. */
export function repeating(context: Context): Context {
  const { transport } = context;
  return {
    ...context,
    transport: {
      ...transport,
      send: (request) => transport.send({ ...request, again: true }),
      stream: (request) => transport.stream({ ...request, again: true }),
    },
  };
}

/** Sends one request; what the transport throws is thrown on with the place where it happened. */
export async function ask(context: Context, task: Task, request: RegistryRequest): Promise<RegistryResponse> {
  try {
    return await context.transport.send(request);
  } catch (error) {
    throw inContext(task, error);
  }
}
