/** Lets plain Node run the tests of a plugin folder, which are TypeScript: `node --import communicationos/register --test`. */
import 'tsx';
