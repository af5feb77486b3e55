/** The parts below requirements, as a workpaper and a drafted procedure need them. */
export { partsBelow } from '@main/entities/requirement-parts';
