/** Compliance assessments beyond the fields of their records, as the routers, the command line and the demonstration call them. */
export { answerMany } from './answer-many';
export { compareAssessments } from './compare';
export { ASSESSMENT_HOOKS } from './hooks';
export { assessmentWork } from './read';
export { answerSheet } from './sheet';
export { assessmentScope, startAssessment } from './start';
export { applicability } from './statement';
export { statementDocument, statementTable } from './statement-file';
