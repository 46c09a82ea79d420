import { call, of } from '/admin/assets/api.js';
import { ago, daysLeft, duration, field, h, note, number, renew, table, time } from '/admin/assets/dom.js';
import { cycleChart } from '/admin/assets/chart.js';
import { rules } from '/admin/assets/rules.js';

const operations = ['create', 'replace', 'patch', 'delete', 'restore', 'bulk', 'guard', 'read', 'search'];

/** The health card, the cycles, and the log: filtered, and live. Or the time line of one resource, which is there as long as the log is. */
export async function activityView({ session, tenant, base, rest: [resource] }) {
  if (resource) {
    const line = activityLog(tenant.id, { resource });
    await line.read();
    return {
      leave: line.leave,
      content: [h('p', {}, h('a', { href: `${base}/activity` }, '← All activity')), h('section', { class: 'card', 'aria-label': 'Time line' }, line.element)],
    };
  }
  const [warnings, state, chart, figures] = [h('div', {}), h('section', { class: 'card', 'aria-label': 'State' }), h('div', {}), h('div', {})];
  const asTable = h('details', {}, h('summary', { class: 'small' }, 'As a table'), figures);
  let turn = 0;
  const draw = async () => {
    const mine = ++turn;
    const status = await call('GET', of(tenant.id, '/status'));
    // An answer from before a decision is not to come after it.
    if (mine !== turn) {
      return;
    }
    const cycles = [status.currentCycle, ...status.cycles].filter(Boolean);
    renew(warnings, alerts(session, tenant, base, status, draw));
    renew(state, [facts(status)]);
    renew(chart, [cycleChart(cycles)]);
    renew(figures, [cycleTable(cycles)]);
    asTable.hidden = cycles.length === 0;
  };
  // One that fails is made good by the next; that a session has ended is seen where calls are made.
  const follow = () => draw().catch(() => null);
  let soon = null;
  const log = activityLog(tenant.id, {}, `${base}/activity`, (entry) => {
    // Removals were paused, perhaps: one look for all that is refused at the same time.
    if (entry.error?.status === 503) {
      soon ??= setTimeout(() => {
        soon = null;
        follow();
      }, 500);
    }
  });
  await draw();
  await log.read();
  const timer = setInterval(() => document.hidden || follow(), 15_000);
  return {
    leave: () => {
      clearInterval(timer);
      clearTimeout(soon);
      log.leave();
    },
    content: [
      warnings, state,
      h('section', { class: 'card', 'aria-label': 'Cycles' }, h('h2', {}, 'Cycles'), chart, asTable),
      h('section', { class: 'card', 'aria-label': 'Provisioning log' }, log.element),
    ],
  };
}

function alerts(session, tenant, base, status, again) {
  const { guard, quarantine } = status;
  const own = session.kind !== 'setup';
  const lines = [];
  if (guard.state === 'paused' || guard.state === 'kept-paused') {
    // There is no number where somebody paused removals before any limit did.
    const many = guard.removals > 0 ? `: ${guard.removals === 1 ? '1 user or group was' : `${number(guard.removals)} users or groups were`} disabled or deleted within ${duration(60 * guard.windowMinutes)}` : '';
    lines.push(h('div', { class: 'alert bad', role: 'alert' },
      h('p', {}, `Removals are ${guard.state === 'paused' ? 'paused' : 'kept paused'}${many}. Entra is asked to come back later; everything else goes on.`),
      own && h('p', { class: 'row' }, decision(tenant, 'allow', 'Allow the removals', again), decision(tenant, 'count', 'Count from zero', again),
        guard.state === 'paused' && decision(tenant, 'keep-paused', 'Keep paused', again))));
  }
  if (guard.state === 'allowed') {
    lines.push(h('div', { class: 'alert' }, h('p', {}, 'Removals are allowed until ', time(guard.until, 'short'), ', however many there are. Then they are counted again.'),
      own && h('p', { class: 'row' }, decision(tenant, 'count', 'Count again now', again))));
  }
  if (quarantine.risk !== 'none') {
    lines.push(h('p', { class: 'alert bad' }, `${number(quarantine.failures)} of ${number(quarantine.events)} changes of the last cycle failed (${percent(quarantine.share)})`
      + `${quarantine.referenceFailures > 0 ? `, and ${number(quarantine.referenceFailures)} of members or managers` : ''}. `
      + `${quarantine.risk === 'reached' ? 'The limit of Entra’s quarantine is reached.' : 'This is an early sign.'} ${quarantine.rule}`));
  }
  for (const credential of status.credentials) {
    lines.push(h('p', { class: credential.level === '30' ? 'alert' : 'alert bad' },
      `${credential.kind === 'token' ? 'The token' : 'A secret of the client'} “${credential.name}” `,
      credential.level === 'expired' ? 'has expired. Revoke it, and make another if Entra still uses it.' : `expires in ${daysLeft(credential.days)}. Make the next one now: both work until then.`));
  }
  if (status.unchanged.length > 0 && status.unchanged[0].count >= 3) {
    lines.push(h('p', { class: 'alert' }, `The same change was sent ${number(status.unchanged[0].count)} times without effect: Entra reads something else back than it sends. Compare the mapping with `,
      h('a', { href: `${base}/activity/${status.unchanged[0].name}` }, 'that resource’s time line'), '.'));
  }
  if (status.unknownAttributes.length > 0) {
    lines.push(h('p', { class: 'alert' }, `Sent but in no schema, so left out: ${status.unknownAttributes.slice(0, 5).map((attribute) => `${attribute.name} (${number(attribute.count)})`).join(', ')}. Remove the mapping in Entra, or add the attribute to a schema.`));
  }
  return lines;
}

const decided = { allow: 'Removals are allowed for 24 hours', 'keep-paused': 'Removals stay paused', count: 'Removals are counted from zero' };

function decision(tenant, answer, text, again) {
  return h('button', {
    type: 'button',
    onclick: async () => {
      try {
        await call('POST', of(tenant.id, '/guard'), { decision: answer });
        note(decided[answer]);
        await again();
      } catch (error) {
        note(error.message);
      }
    },
  }, text);
}

function facts(status) {
  const fact = (label, value, small) => h('div', {}, h('dt', {}, label), h('dd', {}, value, small ? h('small', {}, small) : null));
  const { quarantine } = status;
  return h('dl', { class: 'facts' },
    fact('Last call', ago(status.lastCall)), fact('Test Connection', ago(status.lastTestConnection)),
    fact('Active users', number(status.seats.active), `of ${number(status.seats.total)}`), fact('Groups', number(status.groups)),
    fact('Cycle', status.currentCycle ? 'running' : 'idle', status.currentCycle ? `${status.currentCycle.kind}, ${number(status.currentCycle.calls)} calls` : null),
    fact('Failures, last cycle', number(quarantine.failures), quarantine.events > 0 ? `${percent(quarantine.share)} of ${number(quarantine.events)} changes${references(quarantine)}` : null));
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// Entra counts what it could not write of members and managers apart.
const references = ({ referenceFailures }) => referenceFailures > 0 ? `; ${number(referenceFailures)} more of members or managers` : '';

function cycleTable(cycles) {
  return table('Cycles', [
    ['Started', (cycle) => time(cycle.start)], ['Kind', (cycle) => cycle.kind], ['Duration', (cycle) => duration(cycle.seconds)], ['Calls', (cycle) => number(cycle.calls), 'number'],
    ['Created', (cycle) => number(cycle.created), 'number'], ['Changed', (cycle) => number(cycle.changed), 'number'], ['Without effect', (cycle) => number(cycle.unchanged), 'number'],
    ['Deleted', (cycle) => number(cycle.deleted), 'number'], ['Failures', (cycle) => number(cycle.failures), 'number'],
  ], cycles.slice(0, 40), '');
}

/** A log with its filters; `fixed` keys can't be changed by the reader, such as the resource of a time line. `timeLines`: where those are, for each entry to lead to its own. `heard` is told of each entry that comes live. */
export function activityLog(tenant, fixed, timeLines = null, heard = null) {
  const list = h('ol', { class: 'log', 'aria-live': 'off' });
  const state = h('p', { class: 'quiet small', role: 'status' });
  const more = h('button', { type: 'button', onclick: () => read(next) }, 'Older');
  let next = null;
  let newest = 0;
  let source = null;

  const form = fixed.resource ? null : filters(() => read());
  const show = (entry) => row(entry, timeLines && `${timeLines}/${entry.resourceId}`);
  const query = (extra = {}) => {
    const parameters = new URLSearchParams({ ...fixed, ...extra });
    for (const [name, value] of form ? new FormData(form) : []) {
      if (value && name !== 'live') {
        parameters.set(name, value);
      }
    }
    return parameters;
  };

  async function read(before = null) {
    const page = await call('GET', of(tenant, `/activity?${query({ limit: 50, ...(before && { before }) })}`));
    const rows = page.entries.map(show);
    if (before) {
      list.append(...rows);
    } else {
      list.replaceChildren(...rows);
      newest = page.entries[0]?.position ?? page.next ?? 0;
      follow();
    }
    next = page.next ?? null;
    more.hidden = !next;
    state.textContent = list.children.length > 0 ? '' : next ? 'Nothing among the newest entries; older ones may match.'
      : [...query().keys()].length > 0 ? 'Nothing that matches has happened yet.' : 'Nothing has happened yet.';
  }

  function follow() {
    source?.close();
    source = null;
    if (form?.elements.live?.checked) {
      // From where the page ends, so that nothing is lost between the two.
      source = new EventSource(of(tenant, `/activity/live?${query({ after: newest })}`));
      // A line that is closed for good is closed for a reason, which the next call is told.
      source.addEventListener('error', () => source.readyState === EventSource.CLOSED && call('GET', of(tenant)).catch((error) => note(error.message)));
      source.addEventListener('entry', (event) => {
        const entry = JSON.parse(event.data);
        list.prepend(show(entry));
        heard?.(entry);
        state.textContent = '';
        while (list.children.length > 500) {
          list.lastChild.remove();
        }
      });
    }
  }

  const element = h('div', {},
    h('div', { class: 'head' }, h('h2', {}, fixed.resource ? 'Time line' : 'Provisioning log'),
      fixed.resource ? null : h('div', { class: 'row' },
        ['csv', 'ndjson'].map((format) => h('button', { type: 'button', onclick: () => location.assign(of(tenant, `/activity/export?${query({ format })}`)) }, format.toUpperCase())))),
    form, state, list, more);
  return { element, read, leave: () => source?.close() };
}

function filters(apply) {
  let waiting;
  const operation = h('select', { name: 'operation' }, h('option', { value: '' }, 'any'), operations.map((name) => h('option', {}, name)));
  const text = h('input', { name: 'text', type: 'search', maxlength: 200, placeholder: 'userName or displayName' });
  const form = h('form', {
    role: 'search', onsubmit: (event) => event.preventDefault(),
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => apply().catch((error) => note(error.message)), 250);
    },
  }, h('div', { class: 'row end' },
    h('div', { class: 'grow' }, field('Person or group', text)), field('Operation', operation),
    h('label', { class: 'check field' }, h('input', { type: 'checkbox', name: 'failures', value: 'true' }), 'Failures only'),
    h('label', { class: 'check field' }, h('input', { type: 'checkbox', name: 'live', checked: true }), 'Live')));
  return form;
}

const kinds = { created: 'good', changed: 'good', deleted: 'good', restored: 'good', unchanged: '', refused: 'bad', failed: 'bad' };

function row(entry, timeLine) {
  const badge = h('span', { class: `badge ${kinds[entry.outcome] ?? ''}` }, entry.outcome);
  const body = h('div', {});
  return h('li', {}, h('details', {
    ontoggle: () => body.firstChild ?? body.append(...story(entry, timeLine)),
  }, h('summary', {}, time(entry.time), h('span', {}, entry.operation),
    h('span', { class: 'subject' }, entry.userName ?? entry.displayName ?? (entry.resourceId || '–'), ' ', h('span', { class: 'quiet small' }, entry.resourceType)), badge), body));
}

// What Entra sent, what was changed, and what was ignored and why.
function story(entry, timeLine) {
  const list = (items) => h('ul', {}, items.map((item) => h('li', {}, item)));
  const members = (label, count, ids) => (count > 0 || ids?.length > 0) && [label, `${number(count)}${ids?.length > 0 ? `: ${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ', …' : ''}` : ''}`];
  const facts = [
    members('Members added', entry.membersAdded, entry.added), members('Members removed', entry.membersRemoved, entry.removed),
    entry.resourceId && ['Resource', [h('code', {}, entry.resourceId), timeLine && [' ', h('a', { href: timeLine }, 'Time line')]]], entry.displayName && ['Name', entry.displayName], ['Credential', entry.credential],
    ['Time until the write', `${entry.milliseconds.toFixed(1)} ms`], ['Correlation id', h('code', {}, entry.correlationId)], entry.requestId && ['Entra’s request id', h('code', {}, entry.requestId)],
  ].filter(Boolean);
  return [
    entry.error ? h('p', { class: 'alert bad' }, `${entry.error.status}${entry.error.scimType ? ` ${entry.error.scimType}` : ''}: ${entry.error.detail}`) : null,
    entry.changes?.length > 0 ? [h('h3', {}, entry.error ? 'What was asked for' : 'What changed'), h('dl', {}, entry.changes.map((change) => [h('dt', {}, change.attribute),
      h('dd', {}, change.old ? [h('del', {}, change.old), ' '] : null, change.new ? h('ins', {}, change.new) : h('span', { class: 'quiet' }, '(cleared)'))]))] : null,
    entry.ignored?.length > 0 ? [h('h3', {}, 'Ignored: not in any schema'), list(entry.ignored.map((name) => `${name}${entry.ignoredValues?.[name] ? `: ${entry.ignoredValues[name]}` : ''}`))] : null,
    entry.quirks?.length > 0 ? [h('h3', {}, 'Read with these rules of the dialect'), list(entry.quirks.map((name) => [rules[name] ?? '', ' ', h('code', { class: 'quiet' }, name)]))] : null,
    h('h3', {}, 'The call'), h('dl', {}, facts.map(([label, value]) => [h('dt', {}, label), h('dd', {}, value)])),
  ].flat(2).filter(Boolean);
}
