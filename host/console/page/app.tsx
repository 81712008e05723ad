/** Who is there decides what is shown: nobody yet, the login, or the console. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LoggedIn } from './api/answers.ts';
import { ask, type Failure } from './api/ask.ts';
import { Frame } from './frame/frame.tsx';
import { Login } from './frame/login.tsx';
import { createLive } from './live/live.ts';
import { FailureNote } from './parts/failure-note.tsx';
import { Notices } from './session/notices.tsx';
import { SessionContext } from './session/session.ts';

type Who = { kind: 'unknown'; failure: Failure | null } | { kind: 'nobody'; over: boolean } | { kind: 'somebody'; who: LoggedIn };

const Console = ({ who, onOver }: { who: LoggedIn; onOver(): void }) => {
  const live = useMemo(
    () =>
      createLive(() => {
        void ask<LoggedIn>('/api/login').then((result) => !result.ok && result.failure.status === 401 && onOver());
      }),
    [onOver],
  );
  useEffect(() => live.start(), [live]);
  const session = useMemo(() => ({ ...who, live, onOver }), [who, live, onOver]);
  return (
    <SessionContext.Provider value={session}>
      <Notices>
        <Frame />
      </Notices>
    </SessionContext.Provider>
  );
};

export const App = () => {
  const [state, setState] = useState<Who>({ kind: 'unknown', failure: null });
  const look = () => {
    setState({ kind: 'unknown', failure: null });
    void ask<LoggedIn>('/api/login').then((result) => {
      if (result.ok) setState({ kind: 'somebody', who: result.value });
      else if (result.failure.status === 401) setState({ kind: 'nobody', over: false });
      else setState({ kind: 'unknown', failure: result.failure });
    });
  };
  useEffect(look, []);
  const [onOver] = useState(() => () => setState({ kind: 'nobody', over: true }));

  if (state.kind === 'somebody') return <Console who={state.who} onOver={onOver} />;
  if (state.kind === 'nobody') return <Login over={state.over} onLoggedIn={(who) => setState({ kind: 'somebody', who })} />;
  return (
    <main class="login">{state.failure ? <FailureNote failure={state.failure} onAgain={look} /> : <p class="quiet">Loading…</p>}</main>
  );
};
