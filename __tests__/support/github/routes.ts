/** The shape of a route of the local GitHub, and the refusals that they share. */
import type { Repo, State, Token } from './state.js';

export interface Call {
  readonly state: State;
  /** the repository of the path; a fresh one where the path has none, never looked at there */
  readonly repo: Repo;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly token: Token;
  /** base URL of the API */
  readonly api: string;
}

/** `list` is cut into pages, `wrap` puts a page into the body that the description asks for. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly list?: readonly unknown[];
  readonly wrap?: (page: readonly unknown[], total: number) => unknown;
}

export type Routes = Readonly<Record<string, (call: Call) => Reply>>;

export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.reply = {
      status,
      body: { message, documentation_url: 'https://docs.github.example', ...(errors ? { errors } : {}) },
    };
  }
}

export const notFound = (): never => {
  throw new Refusal(404, 'Not Found');
};

export function invalid(resource: string, field: string, code: string, message?: string): never {
  throw new Refusal(422, 'Validation Failed', [{ resource, field, code, ...(message ? { message } : {}) }]);
}

export const user = (login: string): object => ({
  login,
  id: Array.from(login).reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 1_000_000,
  type: login.endsWith('[bot]') ? 'Bot' : 'User',
});
