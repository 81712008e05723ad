/** The OpenAPI document: sound by a linter's rules, complete, and usable by generated clients. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { createDocument, documentPath } from '../../../host/admin/openapi.ts';
import { ROUTE_GROUPS, ROUTES } from './harness.ts';

const document = createDocument(ROUTE_GROUPS) as {
  paths: Record<string, Record<string, { operationId: string; security: unknown[]; responses: Record<string, unknown> }>>;
};

describe('the OpenAPI document', () => {
  it('passes the recommended rules of a linter', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`)).toEqual([]);
  });

  it('has every route once, and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([at, item]) => Object.keys(item).map((method) => `${method} ${at}`));
    const routed = ROUTES.map(({ method, path }) => `${method.toLowerCase()} ${documentPath(path)}`);
    expect(documented.sort()).toEqual(routed.sort());
    expect(new Set(ROUTES.map(({ operation }) => operation)).size).toBe(ROUTES.length);
  });

  it('says of each route whether it needs a caller', () => {
    for (const { method, path, role } of ROUTES) {
      const operation = document.paths[documentPath(path)]?.[method.toLowerCase()];
      expect({ path, open: operation?.security.length === 0 }).toEqual({ path, open: role === 'anyone' });
      if (role !== 'anyone') expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['401', '403']));
    }
  });
});
