/** What waits for a person's word, decided in the console. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

let browser: Browser;
let host: AdminHost;
let base: Record<string, unknown>;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
  base = (await host.admin('/api/policy')).body;
});
beforeEach(() => policy({}));
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await host.admin('/api/network-mode', { method: 'POST', body: { mode: 'on' } });
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

/** Writes of `notes` wait for a person. */
const policy = async (more: object) => {
  const connectors = { notes: { allowed_operations: ['read', 'write'], rate_limit_per_minute: 1000 } };
  const { status, text } = await host.admin('/api/policy', { method: 'PUT', body: { ...base, connectors, ...more } });
  if (status !== 200) throw new Error(`PUT /api/policy answered ${status}: ${text}`);
};

const askToWrite = async (text: string): Promise<{ approval_id: string; evidence_id: string }> => {
  const { body } = await host.admin('/api/connectors/notes/execute', { method: 'POST', body: { operation: 'write', params: { text } } });
  return { approval_id: body.error.approval_id, evidence_id: body.evidence_id };
};
const card = (page: Page, text: string) => page.locator('.request.card', { hasText: text });
const evidenceState = async (id: string): Promise<string> => (await host.admin(`/api/evidence/${id}`)).body.state;
const approvalState = async (id: string): Promise<string> =>
  (await host.admin('/api/approvals?limit=500')).body.items.find((each: { id: string }) => each.id === id).state;
const notice = (page: Page, text: string) => page.locator('.notice', { hasText: text });

describe('a change of the mode that an operator asked for', () => {
  const askInHeader = async (reason: string) => {
    const operator = await openConsole(browser, host, { role: 'operator' });
    await operator.page.getByRole('button', { name: 'Network mode' }).click();
    await operator.page.getByRole('radio', { name: 'readonly' }).check();
    await operator.page.getByLabel('Reason').fill(reason);
    await operator.page.getByRole('button', { name: 'Change it' }).click();
    await notice(operator.page, 'The change waits for an admin').waitFor();
    return operator;
  };

  it('waits with all that is asked; an admin approves it, and it holds', async () => {
    await askInHeader('mail server');
    const { page } = await openConsole(browser, host, { at: 'approvals' });
    const waiting = card(page, 'mail server');
    await waiting.getByRole('heading', { name: 'Network mode to readonly' }).waitFor();
    await expect.poll(() => waiting.innerText()).toMatch(/From\s+on\s+To\s+readonly\s+Reason\s+mail server\s+Asked by\s+token:operator/);
    expect(await waiting.innerText()).toMatch(/Runs out in\s+4 min \d+ s/);
    await waiting.getByRole('button', { name: /^Approve/ }).click();
    await waiting.waitFor({ state: 'detached' });
    expect((await host.admin('/api/network-mode')).body.mode).toBe('readonly');
    await page.reload();
    await page.locator('.mode', { hasText: 'readonly' }).waitFor();
  });

  it('is not for the operator to decide, who is told so', async () => {
    const { page, goTo } = await askInHeader('not by me');
    await goTo('approvals');
    const waiting = card(page, 'not by me');
    await waiting.getByText('log in with a token of the role admin').waitFor();
    expect(await waiting.getByRole('button').count()).toBe(0);
  });

  it('that the policy forbids meanwhile stays, with the words of the refusal', async () => {
    await askInHeader('too late');
    await policy({ network_mode: { allowed_modes: ['on', 'off'] } });
    const { page } = await openConsole(browser, host, { at: 'approvals' });
    const waiting = card(page, 'too late');
    await waiting.getByRole('button', { name: /^Approve/ }).click();
    await waiting.getByRole('alert').getByText('The policy does not allow the network_mode readonly.').waitFor();
    expect((await host.admin('/api/network-mode')).body.mode).toBe('on');
  });
});

describe('a request of a connector', () => {
  it('is shown as it would be carried out, and is when it is approved', async () => {
    const { evidence_id } = await askToWrite('two words for the page');
    const { page } = await openConsole(browser, host, { role: 'operator', at: 'approvals' });
    const waiting = card(page, 'two words for the page');
    expect(await waiting.getByRole('region', { name: 'Parameters' }).innerText()).toBe('{\n  "text": "two words for the page"\n}');
    expect(await waiting.innerText()).toMatch(
      /notes\.write\s+Connector\s+notes\s+Operation\s+write\s+Effect\s+writes\s+Risk\s+low\s+Session\s+none/,
    );
    expect(await evidenceState(evidence_id)).toBe('requires_approval');
    await waiting.getByRole('button', { name: 'Approve notes.write' }).click();
    await notice(page, 'notes.write was carried out.').waitFor();
    expect(await evidenceState(evidence_id)).toBe('success');
    await waiting.waitFor({ state: 'detached' });
    // Who works by keyboard goes on where the request stood.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Waiting for a decision');
    const row = page.getByRole('row').filter({ hasText: 'used' }).first();
    await row.locator('summary').click();
    await row.getByText('It ended: success').waitFor();
  });

  it('is denied after a question, and gone', async () => {
    const { approval_id, evidence_id } = await askToWrite('never');
    const { page } = await openConsole(browser, host, { at: 'approvals' });
    const waiting = card(page, 'never');
    await waiting.getByRole('button', { name: 'Deny notes.write' }).click();
    await page.getByRole('dialog').getByText('will not happen').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await approvalState(approval_id)).toBe('pending');
    await waiting.getByRole('button', { name: 'Deny notes.write' }).click();
    await page.getByRole('button', { name: 'Deny it' }).click();
    await waiting.waitFor({ state: 'detached' });
    expect(await approvalState(approval_id)).toBe('denied');
    expect(await evidenceState(evidence_id)).toBe('requires_approval');
  });

  it('that a mode refuses at that moment is approved and not carried out, and the page says by what', async () => {
    const { approval_id, evidence_id } = await askToWrite('in a closed house');
    await host.admin('/api/network-mode', { method: 'POST', body: { mode: 'off' } });
    const { page } = await openConsole(browser, host, { at: 'approvals' });
    await card(page, 'in a closed house')
      .getByRole('button', { name: /^Approve/ })
      .click();
    await notice(page, 'refused for now').waitFor();
    expect([await approvalState(approval_id), await evidenceState(evidence_id)]).toEqual(['approved', 'requires_approval']);
    const row = page.getByRole('row').filter({ hasText: 'approved' }).filter({ hasText: 'notes.write' }).first();
    await row.locator('summary').click();
    await row.getByText('NETWORK_MODE_BLOCKED').waitFor();
  });

  it('is plain text, whatever it is made of', async () => {
    await askToWrite('<script>document.title = "taken"</script><img src=x onerror=alert(1)> \u202egnihtemos');
    const { page, complaints, foreign } = await openConsole(browser, host, { at: 'approvals' });
    const shown = await card(page, '<script>').getByRole('region', { name: 'Parameters' }).innerText();
    expect(shown).toContain('<script>document.title = \\"taken\\"</script><img src=x onerror=alert(1)>  gnihtemos');
    expect(await page.locator('#view').innerText()).not.toContain('\u202e');
    expect(await page.locator('#view :is(script, img)').count()).toBe(0);
    expect(await page.title()).toBe('Approvals – CommunicationOS');
    expect([...foreign, ...complaints]).toEqual([]);
  });

  it('is not for a viewer to decide, who sees it all the same', async () => {
    await askToWrite('for all to see');
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'approvals' });
    await card(page, 'for all to see').waitFor();
    await page.getByText('To approve or deny, log in with a token of the role operator.').waitFor();
    expect(await page.locator('#view').getByRole('button').count()).toBe(0);
  });

  it('that has run out is not shown as one that waits, without anybody asking', async () => {
    const { page } = await openConsole(browser, host);
    const expires_at = Date.now() + 3000;
    await page.route('**/api/approvals?*', (route) => {
      const state = Date.now() < expires_at ? 'pending' : 'expired';
      const times = {
        requested_at: new Date().toISOString(),
        expires_at: new Date(expires_at).toISOString(),
        decided_at: null,
        used_at: null,
      };
      const item = {
        id: 'a',
        seq: 1,
        kind: 'shutter',
        request: { to: 'close' },
        state,
        requested_by: 'cli:ada',
        decided_by: null,
        ...times,
      };
      return route.fulfill({ json: { items: [item], next_cursor: null } });
    });
    await page.goto(`${host.url}/#/approvals`);
    await page.getByRole('heading', { name: 'shutter' }).waitFor();
    await page.getByText('Nothing waits.').waitFor();
    await page.getByRole('row').filter({ hasText: 'shutter' }).getByText('expired').waitFor();
  });
});
