/** `agentos token create|list|revoke`: who may use the API. */
import type { CreatedToken, TokenView } from '../admin/access/tokens.ts';
import type { Page } from '../admin/operations.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

export interface TokenOptions extends CommonOptions {
  role?: string;
  name?: string;
  expires?: string;
}

export const tokenCreate = (context: CliContext, options: TokenOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { role, name, expires } = options;
    const created = await client.call<CreatedToken>('POST', '/api/tokens', { role, name, ...(expires ? { expires } : {}) });
    show(context.stdout, options, created, (token) => {
      printFields(context.stdout, [
        ['token', token.token],
        ['id', token.id],
        ['name', token.name],
        ['role', token.role],
        ['ends', token.expires_at ?? 'never'],
      ]);
      context.stdout.write('\nIt is shown only now: keep it where secrets are kept.\n');
    });
  });

export const tokenList = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { items } = await client.call<Page<TokenView>>('GET', '/api/tokens');
    show(context.stdout, options, items, (tokens) =>
      printTable(
        context.stdout,
        ['id', 'name', 'role', 'created', 'by', 'last used', 'ends'],
        tokens.map((token) => [
          token.id,
          token.name,
          token.role,
          token.created_at,
          token.created_by,
          token.last_used_at ?? 'never',
          token.expires_at ?? 'never',
        ]),
      ),
    );
  });

export const tokenRevoke = (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const revoked = await client.call<TokenView>('DELETE', `/api/tokens/${encodeURIComponent(id)}`);
    show(context.stdout, options, revoked, ({ name }) => context.stdout.write(`revoked: ${name}\n`));
  });
