import { OperationError } from '../errors.js';

/** Bytes that were bent on the way are asked for once more before the registry is doubted. */
export async function onceMore<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OperationError && error.code === 'mismatch') return read();
    throw error;
  }
}
