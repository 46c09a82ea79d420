import { call, of } from '/admin/assets/api.js';
import { ago, dialog, field, h, number, table } from '/admin/assets/dom.js';

// Each row costs a call for its figures, so no more are shown at once.
const atOnce = 50;

/** The tenants, with what an administrator wants to see first of each. */
export async function tenantList() {
  const { tenants } = await call('GET', '/admin/api/tenants');
  const search = h('input', { name: 'text', type: 'search', maxlength: 200 });
  const body = h('div', {});
  const more = h('button', { type: 'button', onclick: () => read(rows.length) }, 'More');
  let rows = [];
  let turn = 0;
  let waiting;
  const read = async (from) => {
    const mine = ++turn;
    const wanted = search.value.trim().toLowerCase();
    const matching = tenants.filter((tenant) => tenant.id.includes(wanted) || tenant.displayName.toLowerCase().includes(wanted));
    const next = await Promise.all(matching.slice(from, from + atOnce).map(async (tenant) => ({ tenant, status: await call('GET', of(tenant.id, '/status')).catch(() => null) })));
    // Something else may have been typed while these were asked for.
    if (mine === turn) {
      rows = [...rows.slice(0, from), ...next];
      more.hidden = rows.length === matching.length;
      body.replaceChildren(tenantTable(rows, wanted));
      if (from > 0) {
        body.querySelectorAll('tbody tr')[from]?.querySelector('a').focus();
      }
    }
  };
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => read(0), 250);
  });
  await read(0);
  return {
    title: 'Tenants',
    content: [
      h('div', { class: 'head' }, h('h1', {}, 'Tenants'), h('button', { type: 'button', class: 'first', onclick: create }, 'New tenant')),
      h('div', { class: 'card' }, tenants.length > atOnce ? field('Search by name or id', search) : null, body, more),
    ],
  };
}

function tenantTable(rows, wanted) {
  // A figure that could not be read is not told as none.
  const read = (status, show) => (status ? show(status) : h('span', { class: 'quiet' }, 'unknown'));
  return table('Tenants', [
    ['Tenant', ({ tenant }) => h('div', {}, h('a', { href: `#/${tenant.id}` }, tenant.displayName), h('div', { class: 'quiet small' }, tenant.id))],
    ['Provisioning', ({ tenant, status }) => h('div', {}, h('span', { class: tenant.provisioningEnabled ? 'badge good' : 'badge warn' }, tenant.provisioningEnabled ? 'On' : 'Paused'), ' ', removals(tenant, status))],
    ['Last call', ({ status }) => read(status, () => ago(status.lastCall))],
    ['Failures, last cycle', ({ status }) => read(status, failures)],
    ['Active users', ({ status }) => read(status, () => number(status.seats.active)), 'number'],
  ], rows, wanted ? 'No tenant matches.' : 'There is no tenant yet. Make one for each customer that connects Entra.');
}

// What waits for a decision leads to where it is made.
function removals(tenant, status) {
  const state = status?.guard.state;
  return state === 'paused' ? h('a', { class: 'badge bad', href: `#/${tenant.id}/activity` }, 'Removals paused: decide')
    : state === 'kept-paused' ? h('a', { class: 'badge warn', href: `#/${tenant.id}/activity` }, 'Removals kept paused') : null;
}

function failures(status) {
  const { failures: counted, referenceFailures, events, risk } = status.quarantine;
  const failed = counted + referenceFailures;
  const share = events > 0 ? failed / events : 0;
  return failed === 0 ? h('span', { class: 'badge good' }, 'None')
    : h('span', { class: risk === 'none' ? 'badge warn' : 'badge bad' }, `${number(failed)} (${(100 * share).toFixed(1)} %)`);
}

function create() {
  const name = h('input', { name: 'displayName', required: true, maxlength: 100, autocomplete: 'off' });
  const id = h('input', { name: 'id', required: true, pattern: '[a-z0-9][a-z0-9\\-]{0,62}', autocomplete: 'off', spellcheck: 'false' });
  name.addEventListener('input', () => {
    if (!id.dataset.own) {
      id.value = name.value.normalize('NFD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 63);
    }
  });
  id.addEventListener('input', () => {
    id.dataset.own = 'yes';
  });
  dialog('New tenant', [
    field('Name', name, 'The customer’s name, for people.'),
    field('Id', id, 'Small letters, digits and dashes. It can’t be changed later.'),
  ], 'Create', async (values) => {
    const tenant = await call('POST', '/admin/api/tenants', { id: values.get('id'), displayName: values.get('displayName') });
    location.hash = `#/${tenant.id}`;
  });
}
