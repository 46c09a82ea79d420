import { call, of } from '/admin/assets/api.js';
import { ago, dialog, field, h, number, table } from '/admin/assets/dom.js';

/** All tenants, with what an administrator wants to see first of each. */
export async function tenantList() {
  const { tenants } = await call('GET', '/admin/api/tenants');
  const states = await Promise.all(tenants.slice(0, 50).map((tenant) => call('GET', of(tenant.id, '/status')).catch(() => null)));
  const rows = tenants.map((tenant, i) => ({ tenant, status: states[i] ?? null }));
  return {
    title: 'Tenants',
    content: [
      h('div', { class: 'head' }, h('h1', {}, 'Tenants'), h('button', { type: 'button', class: 'first', onclick: create }, 'New tenant')),
      h('div', { class: 'card' }, table('Tenants', [
        ['Tenant', ({ tenant }) => h('div', {}, h('a', { href: `#/${tenant.id}` }, tenant.displayName), h('div', { class: 'quiet small' }, tenant.id))],
        ['Provisioning', ({ tenant }) => h('span', { class: tenant.provisioningEnabled ? 'badge good' : 'badge warn' }, tenant.provisioningEnabled ? 'On' : 'Paused')],
        ['Last call', ({ status }) => ago(status?.lastCall)],
        ['Failures, last cycle', ({ status }) => failures(status)],
        ['Active users', ({ status }) => number(status?.seats?.active), 'number'],
      ], rows, 'There is no tenant yet. Make one for each customer that connects Entra.')),
    ],
  };
}

function failures(status) {
  if (!status) {
    return h('span', { class: 'quiet' }, '–');
  }
  const { failures: failed, share, risk } = status.quarantine;
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
