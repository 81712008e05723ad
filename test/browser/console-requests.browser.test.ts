/** Requests to a connector from the console, their evidence, and plugins that were written to do harm to whoever reads of them. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { writeFolderConnector } from '../support/folder-connector.ts';
import { folderManifest, writeFolderPlugin } from '../support/folder-plugin.ts';
import { until } from '../support/until.ts';
import { violations } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { type ConsoleOptions, type ConsoleVisit, openConsole } from './console.ts';

const LONG = 'w'.repeat(150);
const SCRIPT = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
const GUIDE = `# ${SCRIPT}

## Set-up

1. Open [the page](https://example.com/setup), not [this](javascript:window.harmed=1) or [that](data:text/html,x).
2. Wait.

<script>window.harmed=1</script>

![picture](https://evil.example/p.png)

\`\`\`sh
curl ${LONG}${LONG}
\`\`\`

| field | ${LONG} | ${LONG} |
| --- | --- | --- |
| \`a\` | ${SCRIPT} | b |
`;

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
  const echo = { effect: 'write', risk: 'high', params: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } };
  const get = { effect: 'read', params: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] } };
  writeFolderConnector(host.room.home, 'writer', { manifest: { operations: { echo, get } } });
  writeHostile();
  for (const at of ['connectors/writer', 'channels/hostile'])
    expect((await host.admin(`/api/${at}/reload`, { method: 'POST' })).status).toBe(200);
  await Promise.all(['wiki', 'writer'].map(approve));
  const policy = { blocked_operations: [], connectors: { writer: { allowed_operations: ['echo', 'get'] } } };
  expect((await host.admin('/api/policy', { method: 'PUT', body: policy })).status).toBe(200);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const writeHostile = (): void => {
  writeFolderPlugin(host.room.home, 'hostile', 'https://evil.example');
  host.room.home.write('store/channels/hostile/manifest.json', {
    ...folderManifest('hostile', 'https://evil.example'),
    name: `\u202e${SCRIPT}`,
    version: `1.0.0-${LONG.slice(0, 80)}`,
    configuration_schema: {
      hook_secret: { type: 'string', required: true, secret: true, title: SCRIPT, description: `${SCRIPT} ${LONG}` },
      api_key: { type: 'string', secret: true, title: LONG },
      mode: { type: 'string', enum: [SCRIPT, LONG.slice(0, 90)], default: SCRIPT },
    },
    permissions: { network: [{ url: 'https://evil.example', reason: `${SCRIPT} ${LONG}` }], timers: { reason: LONG } },
    setup_guide: 'README.md',
  });
  host.room.home.write('store/channels/hostile/README.md', GUIDE);
};
const approve = async (id: string): Promise<void> => {
  const show = async () => (await host.admin(`/api/connectors/${id}`)).body;
  const { digest } = await show();
  expect((await host.admin(`/api/connectors/${id}/approve`, { method: 'POST', body: { digest } })).status).toBe(200);
  await until(show, ({ state }) => state === 'running', `${id} runs`);
};

const open = (options: ConsoleOptions) => openConsole(browser, host, options);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const outcome = (page: Page) => page.locator('.outcome');
const run = async (page: Page, operation: string, params: string): Promise<void> => {
  await page.getByLabel('Operation').selectOption(operation);
  await page.getByLabel('Parameters').fill(params);
  await button(page, 'Run it').click();
};

describe('an operation', () => {
  it('is run by an operator, its answer marked as foreign, and leads to its evidence', async () => {
    const { page, complaints } = await open({ role: 'operator', at: 'connectors/wiki' });
    const params = page.getByLabel('Parameters');
    await params.waitFor();
    expect(JSON.parse(await params.inputValue())).toEqual({ text: '' });
    await page.getByLabel('Operation').selectOption('get');
    expect(JSON.parse(await params.inputValue())).toEqual({ url: '' });
    await run(page, 'echo', JSON.stringify({ text: SCRIPT }));
    await outcome(page).getByText('success', { exact: true }).waitFor();
    await outcome(page).getByText('Untrusted content from connector:wiki').waitFor();
    await outcome(page).getByText('"said": ').waitFor();
    await outcome(page).getByRole('link', { name: 'Its evidence' }).click();
    await heading(page, 'wiki: echo').waitFor();
    const text = await page.locator('.view').innerText();
    for (const words of [
      /State\s+success/,
      /Caller\s+token:operator \d+ \(api\)/,
      /Connector\s+wiki/,
      /Effect\s+read/,
      /Hash of the request\s+[0-9a-f]{64}/,
    ])
      expect(text).toMatch(words);
    await page.getByRole('link', { name: 'wiki' }).click();
    await heading(page, 'Connector wiki').waitFor();
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('that is refused says why and what mends it, with its evidence', async () => {
    const { page } = await open({ role: 'operator', at: 'connectors/wiki' });
    await run(page, 'echo', '{}');
    await outcome(page).getByText('failed', { exact: true }).waitFor();
    await outcome(page).getByText('INVALID_PARAMS').waitFor();
    await page.getByLabel('Session').fill('no-such-session');
    await run(page, 'echo', '{"text": "x"}');
    await outcome(page)
      .getByText(/no-such-session/)
      .waitFor();
    await outcome(page).getByRole('link', { name: 'Its evidence' }).click();
    await page.getByText('INVALID_PARAMS').first().waitFor();
  });

  it('is not asked for with parameters that are no JSON', async () => {
    const { page } = await open({ role: 'operator', at: 'connectors/wiki' });
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    await run(page, 'echo', '{text: 1}');
    await page
      .getByRole('alert')
      .getByText(/^The parameters are no JSON:/)
      .waitFor();
    expect(sent).toEqual([]);
  });

  it('that writes is shown first, and waits for a person', async () => {
    const { page } = await open({ role: 'operator', at: 'connectors/writer' });
    await run(page, 'echo', '{"text": "to be written"}');
    const dialog = page.getByRole('dialog', { name: 'Run echo' });
    await dialog.getByText('"text": "to be written"').waitFor();
    await dialog.getByRole('button', { name: 'Run it' }).click();
    await outcome(page).getByText('requires approval', { exact: true }).waitFor();
    expect(await outcome(page).getByRole('link', { name: 'Approvals' }).getAttribute('href')).toBe('#/approvals');
    await outcome(page).getByRole('link', { name: 'Its evidence' }).click();
    await heading(page, 'writer: echo').waitFor();
    await page.locator('.facts').getByText('requires approval').waitFor();
    expect(await page.locator('.facts a[href="#/approvals"]').count()).toBe(1);
  });
});

describe('evidence', () => {
  it('is found by its id, and one that there is not is said so', async () => {
    const { body } = await host.admin('/api/connectors/wiki/execute', {
      method: 'POST',
      body: { operation: 'echo', params: { text: 'found' } },
    });
    const { page } = await open({ role: 'viewer', at: 'evidence' });
    await page.getByLabel('Id of the evidence').fill(`  ${body.evidence_id} `);
    await button(page, 'Show it').click();
    await page.getByText('"said": "found"').waitFor();
    expect(new URL(page.url()).hash).toBe(`#/evidence/${body.evidence_id}`);
    await page.locator('.view-above').click();
    await page.getByLabel('Id of the evidence').fill('no/such');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('There is no evidence no/such.').waitFor();
  });

  it('of a conversation leads to its session', async () => {
    const { session_id } = await host.converse();
    const { body } = await host.admin('/api/connectors/wiki/execute', {
      method: 'POST',
      body: { operation: 'echo', params: { text: 'x' }, session_id },
    });
    const { page } = await open({ role: 'viewer', at: `evidence/${body.evidence_id}` });
    await heading(page, 'Who asked').waitFor();
    expect(await page.locator('.view a[href^="#/sessions/"]').getAttribute('href')).toBe(`#/sessions/${session_id}`);
  });
});

it('a plugin that was written to do harm is only text, and its guide leads only to the web', async () => {
  const { page, complaints, foreign } = await open({ at: 'channels/hostile' });
  await heading(page, 'Set-up guide').waitFor();
  expect(await page.locator('h1').innerText()).toBe(` ${SCRIPT}`.trim());
  const guide = page.locator('.guide');
  expect(await guide.innerText()).toContain('<script>window.harmed=1</script>');
  const links = await guide.locator('a').evaluateAll((all) => all.map((each) => each.outerHTML.replace(/>.*/, '>')));
  expect(links).toEqual([
    '<a href="https://example.com/setup" target="_blank" rel="noopener noreferrer" title="https://example.com/setup">',
  ]);
  expect(await guide.locator('img, script, iframe, style').count()).toBe(0);
  await button(page, 'Approve…').click();
  await page.getByRole('dialog').getByText('“<img src=x onerror').first().waitFor();
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});

/** Each of these views, with what it shows when something was done. */
const PLACES: readonly [string, (visit: ConsoleVisit) => Promise<void>][] = [
  ['the list', async ({ page, goTo }) => goTo('channels').then(() => page.getByText('needs approval').waitFor())],
  ['a plugin', async ({ page, goTo }) => goTo('channels/hostile').then(() => heading(page, 'Set-up guide').waitFor())],
  [
    'an approval',
    async ({ page, goTo }) => {
      await goTo('channels/hostile');
      await button(page, 'Approve…').click();
      await button(page, 'Approve this digest').waitFor();
    },
  ],
  [
    'an operation and its outcome',
    async ({ page, goTo }) => {
      await goTo('connectors/wiki');
      await run(page, 'echo', JSON.stringify({ text: LONG.slice(0, 100) }));
      await outcome(page).getByText('success', { exact: true }).waitFor();
    },
  ],
  [
    'its evidence',
    async ({ page, goTo }) => {
      await goTo('connectors/wiki');
      await run(page, 'echo', JSON.stringify({ text: LONG.slice(0, 100) }));
      await outcome(page).getByRole('link', { name: 'Its evidence' }).click();
      await heading(page, 'The record').waitFor();
    },
  ],
  ['the form for evidence', async ({ page, goTo }) => goTo('evidence').then(() => button(page, 'Show it').waitFor())],
];

// The page's own policy would keep axe's script out.
it.each(['light', 'dark'] as const)('none of these views has an accessibility violation in %s colours', async (colorScheme) => {
  const visit = await open({ colorScheme, bypassCSP: true });
  for (const [what, goThere] of PLACES) {
    await goThere(visit);
    expect({ [what]: await violations(visit.page) }).toEqual({ [what]: [] });
    await visit.page.keyboard.press('Escape');
  }
});

it('none of these views scrolls sideways on a screen of 320 pixels', async () => {
  const visit = await open({ viewport: { width: 320, height: 568 } });
  for (const [what, goThere] of PLACES) {
    await goThere(visit);
    const sizes = await visit.page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.view, .section, .dialog, .table, .guide')].map(
        (element) => element.scrollWidth - element.clientWidth,
      ),
    );
    expect({ [what]: Math.max(...sizes) }).toEqual({ [what]: 0 });
    await visit.page.keyboard.press('Escape');
  }
});
