/** A token, shown once: the host answers with a cookie that no script can read. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Mark } from '../../../pages/browser/mark.tsx';
import type { LoggedIn } from '../api/answers.ts';
import { ask, type Failure } from '../api/ask.ts';
import { FailureNote } from '../parts/failure-note.tsx';

export const Login = ({ over, onLoggedIn }: { over: boolean; onLoggedIn(who: LoggedIn): void }) => {
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => field.current?.focus(), []);

  const logIn = async (event: SubmitEvent) => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? '';
    if (busy || token === '') return field.current?.focus();
    setBusy(true);
    setFailure(null);
    const result = await ask<LoggedIn>('/api/login', { method: 'POST', body: { token } });
    setBusy(false);
    if (result.ok) return onLoggedIn(result.value);
    setFailure(result.failure);
    field.current?.select();
  };

  return (
    <main class="login">
      <form class="login-card" onSubmit={logIn}>
        <Mark />
        <h1>CommunicationOS</h1>
        {over && <p class="login-over">The login is over. Show a token again to go on.</p>}
        <label class="field">
          <span class="field-label">Token</span>
          <input ref={field} type="password" name="token" autocomplete="current-password" spellcheck={false} maxLength={512} required />
        </label>
        <FailureNote failure={failure} />
        <button type="submit" class="button button-main" disabled={busy}>
          {busy ? 'Logging in…' : 'Log in'}
        </button>
        <p class="login-hint">
          The host prints a token at its first start. <code>agentos token create --role operator --name NAME</code> makes another.
        </p>
      </form>
    </main>
  );
};
