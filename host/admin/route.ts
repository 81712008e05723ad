/**
 * One route of the API as data. The same entry makes the route, its role check, its part of the OpenAPI
 * document and of docs/api.md, and the cases of the tests.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { ErrorCode } from '../errors.ts';
import type { Caller, Role } from './access/roles.ts';

export interface Asked<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Of a route that is open to anyone: nobody. */
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

export interface Answer {
  status: 200 | 201 | 202 | 204;
  description: string;
  /** None for 204 and for what is not JSON; without a content type too there is no body. */
  schema?: TSchema;
  /** `application/json` by default. */
  content_type?: string;
}

interface Definition<Params extends TSchema, Query extends TSchema, Body extends TSchema> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parameters as `:name`. */
  path: string;
  /** The least role that may ask; `anyone` needs no token. */
  role: Role | 'anyone';
  /** Also for a run of the agent, with the token of its call. Every other route knows no such token. */
  open_to_runs?: boolean;
  /** Open to everybody on this machine. */
  open_on_loopback?: boolean;
  /** An `Origin`, when there is one, is our own, whatever else is shown. */
  own_pages_only?: boolean;
  /** Other methods of the path are 405. */
  only_method?: boolean;
  /** The operation's name for generated clients. */
  operation: string;
  summary: string;
  params?: Params;
  query?: Query;
  headers?: TSchema;
  body?: Body;
  /** A body may be left out. */
  body_optional?: boolean;
  answer: Answer;
  /** Another answer that is no refusal; the handler sets its status. */
  or?: Answer;
  /** By status: when the same body says that it did not happen. */
  told?: Readonly<Record<number, string>>;
  /** When the same answer comes with 503. */
  not_well?: string;
  /** Codes beyond those that every route has. */
  refuses?: readonly ErrorCode[];
  handle(asked: Asked<Static<Params>, Static<Query>, Static<Body>>): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: in a list of routes each has parameters of its own
export type Route = Definition<any, any, any>;

/** Routes that belong together. */
export interface RouteGroup {
  name: string;
  description: string;
  routes: readonly Route[];
}

export const route = <Params extends TSchema, Query extends TSchema, Body extends TSchema>(
  definition: Definition<Params, Query, Body>,
): Route => definition as Route;

export const isWrite = ({ method }: Pick<Route, 'method'>): boolean => method !== 'GET';
