import { MarkIcon } from './icons.tsx';

export const Welcome = () => (
  <div class="welcome">
    <MarkIcon />
    <h2>Hello. What is on your mind?</h2>
    <p>Write a message below and the answer appears here. This conversation stays with this browser, so you can come back to it.</p>
  </div>
);
