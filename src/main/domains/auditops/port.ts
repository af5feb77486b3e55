/** Fieldwork beyond single records, as the router calls it: samples, sign-offs, requests, progress, timeline. */
import type { EntityContext } from '@main/entities/context';
import type { AuditProgress, TimelinePlan } from '@shared/wire/progress';
import type { AnswerInput, AskInput, DecideInput, RequestSuggestion } from '@shared/wire/requests';
import type { DrawInput, DrawResult, PopulationView, SampleOnSheet, SampleProof } from '@shared/wire/sampling';
import type { SignedEntity, SignInput, SignOffs, WithdrawInput } from '@shared/wire/sign-offs';
import type { z } from 'zod';
import type { fileFactsSchema } from './attach-evidence';
import { AUDITOPS_HOOKS } from './hooks';
import { auditProgress, auditTimeline } from './progress';
import { answerRequest, askForEvidence, decideRequest, suggestRequests } from './requests';
import { lookIntoPopulation, proveSample, samplesOfTest } from './sampling';
import { drawSample, type PopulationFile } from './sampling/draw-sample';
import { readSignOffs, signRecord, withdrawSignOff } from './sign-offs';

export interface FieldworkPort<Call> {
  population(call: Call, grantId: string, sheet: string | null): Promise<PopulationView>;
  draw(call: Call, input: DrawInput): Promise<DrawResult>;
  samples(call: Call, testId: string): Promise<readonly SampleOnSheet[]>;
  proveSample(call: Call, sampleId: string, grantId: string): Promise<SampleProof>;
  signOffs(call: Call, entity: SignedEntity, id: string): Promise<SignOffs>;
  sign(call: Call, input: SignInput): Promise<{ readonly signOffId: string }>;
  withdraw(call: Call, input: WithdrawInput): Promise<{ readonly signOffId: string }>;
  ask(call: Call, input: AskInput): Promise<{ readonly requestIds: readonly string[] }>;
  answer(call: Call, input: AnswerInput): Promise<{ readonly evidenceId: string | null }>;
  decide(call: Call, input: DecideInput): Promise<{ readonly requestId: string }>;
  suggestRequests(call: Call, planId: string): Promise<readonly RequestSuggestion[]>;
  progress(call: Call, planId: string): Promise<AuditProgress>;
  timeline(call: Call): Promise<readonly TimelinePlan[]>;
}

type FileFacts = z.input<typeof fileFactsSchema>;

export interface FieldworkOptions<Call> {
  readonly contextOf: (call: Call) => EntityContext;
  readonly grantedFile: (call: Call, grantId: string) => Promise<PopulationFile>;
  /** Seals a chosen file in the vault. */
  readonly takeIn: (call: Call, file: { opId: string; evidenceId: string; grantId: string }) => Promise<FileFacts>;
  readonly filed: (call: Call, opId: string, fileId: string) => Promise<void>;
}

export function createFieldworkPort<Call>({
  contextOf,
  grantedFile,
  takeIn,
  filed,
}: FieldworkOptions<Call>): FieldworkPort<Call> {
  return {
    population: async (call, grantId, sheet) => lookIntoPopulation(contextOf(call), await grantedFile(call, grantId), sheet),
    draw: async (call, { grantId, ...input }) => drawSample(contextOf(call), input, await grantedFile(call, grantId)),
    samples: (call, testId) => samplesOfTest(contextOf(call), testId),
    proveSample: async (call, sampleId, grantId) => proveSample(contextOf(call), sampleId, await grantedFile(call, grantId)),
    signOffs: (call, entity, id) => readSignOffs(contextOf(call), entity, id),
    sign: (call, input) => signRecord(contextOf(call), input),
    withdraw: (call, input) => withdrawSignOff(contextOf(call), input),
    ask: (call, input) => askForEvidence(contextOf(call), AUDITOPS_HOOKS, input),
    async answer(call, { files = [], ...input }) {
      const facts: FileFacts[] = [];
      for (const { opId, grantId } of files) facts.push(await takeIn(call, { opId, evidenceId: input.evidenceId, grantId }));
      const result = await answerRequest(contextOf(call), { ...input, files: facts });
      for (const [at, { opId }] of files.entries()) await filed(call, opId, facts[at]?.fileId ?? '');
      return result;
    },
    decide: (call, input) => decideRequest(contextOf(call), input),
    suggestRequests: (call, planId) => suggestRequests(contextOf(call), planId),
    progress: (call, planId) => auditProgress(contextOf(call), planId),
    timeline: (call) => auditTimeline(contextOf(call)),
  };
}
