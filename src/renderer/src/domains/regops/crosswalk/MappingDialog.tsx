/** One mapping, read as a sentence: how the requirement at the left stands to the one at the right, how closely, why, and who says so. */
import { NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { inverseOf, type MappingRelation } from '@shared/entities/regops/requirement-mapping';
import type { Operation } from '@shared/operations';
import type { CrosswalkMapping } from '@shared/wire/crosswalk';
import { useState } from 'react';
import { Dialog } from '../../../components/Dialog';
import { applyOperation } from '../../../entities/api';
import type { RequirementNode } from '../../../entities/detail/requirementNodes';
import { OperationIds } from '../../../entities/form/operation';
import { notify, notifyError } from '../../../lib/notices';
import { uuidv7 } from '../../../lib/uuid';
import css from './Crosswalk.module.css';
import { isRelation, RELATION_CHOICES, relationPhrase, USUAL_STRENGTH } from './words';

export interface MappingDialogProps {
  readonly from: RequirementNode;
  readonly to: RequirementNode;
  /** The mapping that is changed; null for a new one. */
  readonly mapping: CrosswalkMapping | null;
  /** Filled in for a new one that came of a suggestion. */
  readonly hint: string | null;
  readonly onClose: () => void;
}

export function MappingDialog({ from, to, mapping, hint, onClose }: MappingDialogProps) {
  const [relation, setRelation] = useState<MappingRelation>(mapping?.relation ?? 'intersect');
  const [strength, setStrength] = useState<number | ''>(mapping?.strength ?? USUAL_STRENGTH.intersect);
  const [touched, setTouched] = useState(mapping !== null);
  const [rationale, setRationale] = useState(mapping?.rationale ?? hint ?? '');
  const [source, setSource] = useState(mapping?.source ?? '');
  const [busy, setBusy] = useState(false);
  const [ids] = useState(() => new OperationIds(uuidv7));
  const [entityId] = useState(() => mapping?.id ?? crypto.randomUUID());
  const valid = strength !== '' && strength >= 0 && strength <= 10;

  const save = async () => {
    if (!valid) return;
    setBusy(true);
    const operation = ids.seal(bodyOf({ entityId, from, to, mapping, relation, strength, rationale, source }));
    try {
      const result = await applyOperation(operation);
      ids.settle();
      if (result.status === 'conflict') {
        notify({
          tone: 'attention',
          title: 'Somebody changed this mapping meanwhile',
          text: 'It is read again. Look at it, then decide.',
        });
      } else notify({ tone: 'good', title: `${from.refId} ${relationPhrase(relation)} ${to.refId}` });
      onClose();
    } catch (error) {
      notifyError(error, 'The mapping is not saved');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={mapping === null ? 'Map two requirements' : 'Change a mapping'}
      action={mapping === null ? `Map ${from.refId} to ${to.refId}` : 'Save the mapping'}
      onAction={() => void save()}
      busy={busy}
      disabled={!valid}
      size={560}
    >
      <div className={css.sentence}>
        <p>
          <strong>{from.refId}</strong> {from.title}
        </p>
        <p className={css.phrase}>{relationPhrase(relation)}</p>
        <p>
          <strong>{to.refId}</strong> {to.title}
        </p>
      </div>
      <div className={css.two}>
        <Select
          label="Relation"
          data={RELATION_CHOICES}
          value={relation}
          allowDeselect={false}
          onChange={(value) => {
            if (!isRelation(value)) return;
            setRelation(value);
            if (!touched) setStrength(USUAL_STRENGTH[value]);
          }}
          data-autofocus
        />
        <NumberInput
          label="Strength"
          description="0 to 10; 10 is as close as can be"
          min={0}
          max={10}
          allowDecimal={false}
          value={strength}
          onChange={(value) => {
            setTouched(true);
            setStrength(typeof value === 'number' ? value : '');
          }}
          error={valid ? undefined : 'A whole number from 0 to 10.'}
        />
      </div>
      <Textarea
        label="Rationale"
        autosize
        minRows={3}
        maxRows={8}
        maxLength={10_000}
        value={rationale}
        onChange={(event) => setRationale(event.currentTarget.value)}
      />
      <TextInput
        label="Said by"
        description="A published crosswalk, a file, or the person who judged it"
        maxLength={255}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
      />
    </Dialog>
  );
}

interface BodyInput {
  readonly entityId: string;
  readonly from: RequirementNode;
  readonly to: RequirementNode;
  readonly mapping: CrosswalkMapping | null;
  readonly relation: MappingRelation;
  readonly strength: number;
  readonly rationale: string;
  readonly source: string;
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

function bodyOf(input: BodyInput): Omit<Operation, 'opId'> {
  const { entityId, from, to, mapping, strength } = input;
  const said = { strength, rationale: orNull(input.rationale), source: orNull(input.source) };
  if (mapping === null) {
    const patch = { sourceRequirementId: from.id, targetRequirementId: to.id, relation: input.relation, ...said };
    return { entity: 'requirementMappings', entityId, kind: 'create', baseVersion: null, base: {}, patch };
  }
  const stored = (relation: MappingRelation) => (mapping.turned ? inverseOf(relation) : relation);
  const before = {
    relation: stored(mapping.relation),
    strength: mapping.strength,
    rationale: mapping.rationale,
    source: mapping.source,
  };
  const after = { relation: stored(input.relation), ...said };
  const changed = (Object.keys(after) as (keyof typeof after)[]).filter((key) => after[key] !== before[key]);
  return {
    entity: 'requirementMappings',
    entityId,
    kind: 'update',
    baseVersion: mapping.rowVersion,
    base: Object.fromEntries(changed.map((key) => [key, before[key]])),
    patch: Object.fromEntries(changed.map((key) => [key, after[key]])),
  };
}
