/** A time to come, as what is left of it, second by second. */
import { useEffect, useState } from 'preact/hooks';
import { timeLeft } from './time-left.ts';

export const Until = ({ at }: { at: string }) => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time class="until" dateTime={at} title={at}>
      {timeLeft(Date.parse(at) - now)}
    </time>
  );
};
