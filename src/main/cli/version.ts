/** The program's name and version, as the trail shows them. */
import about from '../../../package.json';

export const VERSION: string = about.version;
export const SOURCE = `kompl-cli/${VERSION}`;
