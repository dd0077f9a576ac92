import { OperationError } from '../errors.js';
import { repeating, type Context } from './wire.js';

/** Bytes that were bent on the way are asked for once more before the registry is doubted. */
export async function onceMore<T>(context: Context, read: (context: Context) => Promise<T>): Promise<T> {
  try {
    return await read(context);
  } catch (error) {
    if (error instanceof OperationError && error.code === 'mismatch') return read(repeating(context));
    throw error;
  }
}
