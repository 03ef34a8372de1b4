import { useId } from 'preact/hooks';
import { get } from '../../api';
import * as format from '../../format';
import { useLoad, type Action } from '../../load';
import { texts } from '../../texts';
import type { Stats } from '../../types';
import { Failure } from '../../ui/failure';
import { TextField } from '../../ui/form';

const words = texts.tryIt;
const suggested = 20;
const period = 30;

interface PackageFormProps {
  packageName: string;
  onPackage: (name: string) => void;
  appKey: string;
  onKey: (key: string) => void;
  action: Action;
}

/** For which app an ad is asked, and with which key, where apps need one. */
export function PackageForm({ packageName, onPackage, appKey, onKey, action }: PackageFormProps) {
  const id = useId();
  const today = format.today();
  const query = { groupBy: 'package', from: format.addDays(today, 1 - period), to: today, sort: '-views', limit: suggested };
  const load = useLoad(async (signal) => (await get<Stats>('/stats', query, signal)).rows.map((row) => row.packageName!), [query]);
  const status = action.failure?.status;
  const asksForKey = status === 401 || status === 403;
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void action.run();
      }}
    >
      <TextField
        label={words.package} hint={words.packageHint} value={packageName} onValue={onPackage} list={id} autocomplete="off" spellcheck={false}
        error={status === 400 ? action.failure!.message : null}
      />
      <datalist id={id}>{(load.data ?? []).map((name) => <option key={name} value={name} />)}</datalist>
      {asksForKey && <p class="notice bad" role="alert">{status === 401 ? words.keyNeeded : words.keyRefused} {action.failure!.message}</p>}
      {(asksForKey || appKey !== '') && (
        <TextField label={words.key} hint={words.keyHint} type="password" autocomplete="off" value={appKey} onValue={(value) => onKey(value.trim())} />
      )}
      {action.failure && status !== 400 && !asksForKey && <Failure failure={action.failure} />}
      <div class="actions"><button type="submit" class="primary" disabled={action.isRunning} aria-busy={action.isRunning}>{words.get}</button></div>
    </form>
  );
}
