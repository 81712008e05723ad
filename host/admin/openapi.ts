/**
 * The OpenAPI 3.1 document, made from the routes and the very schemas that check their requests. A schema
 * with a title becomes a component of that name; the others stand where they are used.
 */
import type { TSchema } from 'typebox';
import { Problem } from '../../schemas/api/common.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { PROBLEM_TYPE } from '../http/problem.ts';
import { VERSION } from '../version.ts';
import { type Answer, isWrite, type Route, type RouteGroup } from './route.ts';

type Json = Record<string, unknown>;
type ObjectSchema = { properties?: Record<string, TSchema>; required?: string[] };

const DESCRIPTION =
  'Administration of a CommunicationOS host. Roles: viewer reads, operator acts on messages and channels, admin changes policy, modes, tokens, grants and secrets. Each role may do what the ones before it may.';

/** Moves every titled schema into `components`, and leaves a reference. */
const createComponents = () => {
  const schemas: Record<string, unknown> = {};
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, key === 'enum' ? each : walk(each)]));
    const { title } = value as { title?: unknown };
    if (typeof title !== 'string') return copy;
    schemas[title] = copy;
    return { $ref: `#/components/schemas/${title}` };
  };
  return { schemas, place: (schema: TSchema) => walk(schema) as Json };
};

type Components = ReturnType<typeof createComponents>;

const parametersIn = (place: 'path' | 'query' | 'header', schema: ObjectSchema | undefined, components: Components): Json[] =>
  Object.entries(schema?.properties ?? {}).map(([name, each]) => {
    const { description, ...rest } = components.place(each);
    const required = place === 'path' || schema?.required?.includes(name) === true;
    return {
      name: place === 'header' ? headerName(name) : name,
      in: place,
      required,
      ...(description ? { description } : {}),
      schema: rest,
    };
  });

const headerName = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());

/** What every route may refuse, by what it takes. */
const refusalsOf = (route: Route): ErrorCode[] => {
  const codes: ErrorCode[] = ['HOST_NOT_ALLOWED', 'INTERNAL', ...(route.refuses ?? [])];
  if (route.role !== 'anyone') codes.push('UNAUTHORIZED', 'FORBIDDEN');
  if (route.params || route.query || route.headers || isWrite(route)) codes.push('INVALID_PARAMS');
  if (isWrite(route)) codes.push('UNSUPPORTED_MEDIA_TYPE', 'TOO_LARGE', 'DATABASE_UNAVAILABLE');
  return codes;
};

const responseName = (status: number): string => `Refused${status}`;

const refusedAnswers = (route: Route): Json => {
  const statuses = new Set(refusalsOf(route).map((code) => ERRORS[code].status));
  return Object.fromEntries([...statuses].map((status) => [status, { $ref: `#/components/responses/${responseName(status)}` }]));
};

const answerOf = (answer: Answer, components: Components): Json => {
  const { description, schema, content_type = 'application/json' } = answer;
  if (answer.status === 204 || (schema === undefined && answer.content_type === undefined)) return { description };
  return { description, content: { [content_type]: { schema: schema ? components.place(schema) : { type: 'string' } } } };
};

/** What has nothing to say may say so in JSON, which some clients need to be told. */
const NOTHING = { type: 'object', additionalProperties: false };

const requestBody = ({ body, body_optional, method }: Route, components: Components): Json => {
  if (!body && (method === 'GET' || method === 'DELETE')) return {};
  const schema = body ? components.place(body) : NOTHING;
  return { requestBody: { required: body !== undefined && body_optional !== true, content: { 'application/json': { schema } } } };
};

/** The route's own body where it says itself that something did not happen; the same status may also be a refusal of every route. */
const toldAnswers = (route: Route, refused: Json, components: Components): Json =>
  Object.fromEntries(
    Object.entries(route.told ?? {}).map(([status, description]) => {
      const problem = status in refused ? { [PROBLEM_TYPE]: { schema: components.place(Problem) } } : {};
      const { content } = answerOf(route.answer, components) as { content: Json };
      return [status, { description, content: { ...content, ...problem } }];
    }),
  );

const operationOf = (route: Route, tag: string, components: Components): Json => {
  const parameters = [
    ...parametersIn('path', route.params, components),
    ...parametersIn('query', route.query, components),
    ...parametersIn('header', route.headers, components),
  ];
  return {
    operationId: route.operation,
    summary: route.summary,
    description: `Role: ${route.role}.`,
    tags: [tag],
    security: route.role === 'anyone' ? [] : [{ token: [] }, { cookie: [] }, ...(route.open_on_loopback ? [{}] : [])],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route, components),
    responses: {
      [route.answer.status]: answerOf(route.answer, components),
      ...(route.or ? { [route.or.status]: answerOf(route.or, components) } : {}),
      ...(route.not_well ? { 503: { ...answerOf(route.answer, components), description: route.not_well } } : {}),
      ...refusedAnswers(route),
      ...toldAnswers(route, refusedAnswers(route), components),
    },
  };
};

/** The refusals that some route has. */
const refusals = (routes: readonly Route[], components: Components): Json => {
  const statuses = new Set(routes.flatMap(refusalsOf).map((code) => ERRORS[code].status));
  const titles = (status: number) => Object.values(ERRORS).flatMap((error) => (error.status === status ? [error.title] : []));
  return Object.fromEntries(
    [...statuses].map((status) => [
      responseName(status),
      { description: titles(status).join('; '), content: { [PROBLEM_TYPE]: { schema: components.place(Problem) } } },
    ]),
  );
};

/** `/api/channels/:id` → `/api/channels/{id}`. */
export const documentPath = (path: string): string => path.replace(/:([a-z_]+)/g, '{$1}');

export const createDocument = (groups: readonly RouteGroup[]): Json => {
  const components = createComponents();
  const paths: Record<string, Json> = {};
  for (const { name, routes } of groups) {
    for (const route of routes) {
      const item = (paths[documentPath(route.path)] ??= {});
      item[route.method.toLowerCase()] = operationOf(route, name, components);
    }
  }
  const responses = refusals(
    groups.flatMap(({ routes }) => routes),
    components,
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'CommunicationOS',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The host that answers with this document.' }],
    tags: groups.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: components.schemas,
      responses,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token that agentos token create made, or AGENTOS_ADMIN_TOKEN.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'aos', description: 'Set by POST /api/login; over HTTPS its name is __Host-aos.' },
      },
    },
  };
};
