import { useEffect, useState } from 'preact/hooks';

const LONG_MS = 30_000;

/** Shown while an answer is being made. */
export const Waiting = () => {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <li class="message message-answer waiting">
      <div class="bubble waiting-bubble">
        <span class="waiting-dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class={long ? 'waiting-text' : 'visually-hidden'}>
          {long ? 'This takes a while. The answer will appear here.' : 'Waiting for the answer'}
        </span>
      </div>
    </li>
  );
};
