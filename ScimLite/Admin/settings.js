import { call, of } from '/admin/assets/api.js';
import { dialog, field, h, note } from '/admin/assets/dom.js';

/** A tenant's settings, and the way out. */
export async function settingsView({ tenant }) {
  const fixed = tenant.source === 'settings';
  const input = (name, properties) => h('input', { name, value: tenant[name], disabled: fixed, autocomplete: 'off', ...properties });
  const choice = (name, values) => h('select', { name, disabled: fixed }, values.map(([value, text]) => h('option', { value, selected: tenant[name] === value }, text)));
  const check = (name, text) => h('label', { class: 'check' }, h('input', { type: 'checkbox', name, checked: tenant[name], disabled: fixed }), text);
  const limit = (name, properties) => h('input', { name: `guard.${name}`, type: 'number', min: 0, value: tenant.guard[name], disabled: fixed, required: true, ...properties });
  const form = h('form', {
    class: 'form',
    onsubmit: async (event) => {
      event.preventDefault();
      const values = new FormData(form);
      try {
        await call('PATCH', of(tenant.id), {
          displayName: values.get('displayName'), requestsPerSecond: Number(values.get('requestsPerSecond')),
          dialect: values.get('dialect'), unknownMembers: values.get('unknownMembers'), reprovision: values.get('reprovision'),
          entraTenantId: values.get('entraTenantId').trim().toLowerCase(), entraAudience: values.get('entraAudience').trim(),
          indirectGroups: values.has('indirectGroups'), requireIfMatch: values.has('requireIfMatch'),
          uniqueExternalId: values.has('uniqueExternalId'),
          guard: Object.fromEntries(['maxRemovals', 'maxShare', 'windowMinutes'].map((name) => [name, Number(values.get(`guard.${name}`))])),
        });
        note('Saved');
        dispatchEvent(new Event('refresh'));
      } catch (error) {
        note(error.message);
      }
    },
  }, field('Name', input('displayName', { required: true, maxlength: 100 })),
  field('Requests a second', input('requestsPerSecond', { type: 'number', min: 1, max: 100000, required: true }), 'A burst may be twice that; beyond it Entra is asked to wait. Entra wants at least 25.'),
  field('Dialect', choice('dialect', [['entra', 'Entra, Okta and the others'], ['rfc', 'RFC 7644 by the letter']])),
  field('Members that don’t exist', choice('unknownMembers', [['reject', 'Refuse the request and name them'], ['accept', 'Store any id as sent']])),
  field('A deleted or deactivated user who is created again', choice('reprovision', [
    ['new', 'Deleted: gets a new id; deactivated: refused (409)'], ['restore', 'Comes back, active, with the old id and its groups']])),
  h('div', { class: 'field' }, check('indirectGroups', 'Users show the groups of their groups'), h('br'),
    check('requireIfMatch', 'Changes need If-Match (Entra sends none)'), h('br'),
    check('uniqueExternalId', 'No two users, and no two groups, may get the same externalId')),
  h('fieldset', {}, h('legend', {}, 'Guard against mass removal'),
    h('p', { class: 'quiet small' }, 'More users disabled or deleted than this within the time, or more groups: removals pause until you decide. 0 sets no limit.'),
    h('div', { class: 'row' }, h('div', { class: 'grow' }, field('Number', limit('maxRemovals', { max: 1000000 }))), h('div', { class: 'grow' }, field('Percent of all', limit('maxShare', { max: 100 }))),
      h('div', { class: 'grow' }, field('Minutes', limit('windowMinutes', { min: 1, max: 10080 }))))),
  h('fieldset', {}, h('legend', {}, 'Entra’s own token'),
    h('p', { class: 'quiet small' }, 'For tests, with Secret Token left blank in Entra. Empty: not taken.'),
    field('Entra tenant id', input('entraTenantId', { pattern: '\\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\s*', title: 'A GUID, such as 6babcaad-604b-40ac-a9d7-9fd97c0b779f', spellcheck: 'false' }), 'The customer’s. It belongs to this tenant alone.'),
    field('Audience', input('entraAudience', { maxlength: 200, spellcheck: 'false' }), 'Of an application of the gallery. Empty: the one that all custom applications share.')),
  fixed ? null : h('p', {}, h('button', { type: 'submit', class: 'first' }, 'Save')));
  return {
    content: [
      fixed ? h('p', { class: 'alert' }, 'This tenant is kept in the settings of the service and is changed there. Its tokens and clients are made here.') : null,
      h('section', { class: 'card', 'aria-label': 'Settings' }, form),
      fixed ? null : h('section', { class: 'card', 'aria-label': 'Delete' }, h('h2', {}, 'Delete this tenant'),
        h('p', {}, 'Its users, groups, credentials and activity go with it, and can’t be brought back.'),
        h('button', { type: 'button', class: 'danger', onclick: () => remove(tenant) }, 'Delete tenant')),
    ].filter(Boolean),
  };
}

function remove(tenant) {
  const typed = h('input', { name: 'confirm', required: true, autocomplete: 'off', spellcheck: 'false' });
  dialog(`Delete ${tenant.displayName}?`, field(`Type ${tenant.id} to confirm`, typed), 'Delete for good', async (values) => {
    if (values.get('confirm') !== tenant.id) {
      throw new Error(`That is not ${tenant.id}. Nothing was deleted.`);
    }
    await call('DELETE', of(tenant.id, `?confirm=${encodeURIComponent(tenant.id)}`));
    location.hash = '#/';
  }, true);
}
