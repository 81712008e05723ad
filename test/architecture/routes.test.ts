/** The routes in docs/api.md are those of the table, with their roles and in the same words. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createRoutes, type RouteDeps } from '../../host/admin/routes.ts';

it('the routes stand in docs/api.md as they stand in the code', () => {
  const docs = readFileSync(path.resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
  const documented = [...docs.matchAll(/^\| `([A-Z]+) (\/[^`]*)` \| (\w+) \| (.+) \|$/gm)].map(([, method, at, role, summary]) => ({
    method,
    path: at,
    role,
    summary,
  }));
  const routes = createRoutes({} as RouteDeps).flatMap((group) => group.routes);
  expect(documented).toEqual(routes.map(({ method, path: at, role, summary }) => ({ method, path: at, role, summary })));
});
