import { Mark } from '../../pages/browser/mark.tsx';

export const Welcome = () => (
  <div class="welcome">
    <Mark />
    <h2>Hello. What is on your mind?</h2>
    <p>Write a message below and the answer appears here. This conversation stays with this browser, so you can come back to it.</p>
  </div>
);
