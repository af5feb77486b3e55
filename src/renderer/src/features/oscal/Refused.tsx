/** Why a file cannot be taken: the reason, and every fault with its place in the file. */
import { Button } from '@mantine/core';
import { Icon } from '../../components/Icon';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import css from './Refused.module.css';

export interface RefusedProps {
  readonly error: unknown;
  readonly onPick: () => void;
}

export function Refused({ error, onPick }: RefusedProps) {
  const data = toErrorData(error);
  const words = errorWords(data);
  return (
    <div className={css.refused} data-testid="import-refused" data-code={data.code}>
      <div className={css.head} role="alert">
        <Icon name="alert-filled" size={18} />
        <div className={css.words}>
          <h2 className={css.title}>{words.title}</h2>
          <p className={css.text}>{words.text}</p>
          {words.text.includes('Nothing was written') ? null : <p className={css.safe}>Nothing was written.</p>}
        </div>
        <Button variant="filled" leftSection={<Icon name="file" />} onClick={onPick}>
          Choose another file
        </Button>
      </div>
      {data.faults.length === 0 ? null : (
        <table className={css.faults}>
          <caption className="k-visually-hidden">Faults in the file</caption>
          <thead>
            <tr>
              <th scope="col" className={css.place}>
                Place in the file
              </th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {data.faults.map((fault) => (
              <tr key={`${fault.path} ${fault.message}`}>
                <td className="k-mono">{fault.path}</td>
                <td>{fault.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
