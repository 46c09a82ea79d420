import { call, of } from '/admin/assets/api.js';
import { dialog, field, h, note } from '/admin/assets/dom.js';

/** A tenant's settings, and the way out. */
export async function settingsView({ tenant }) {
  const fixed = tenant.source === 'settings';
  const input = (name, properties) => h('input', { name, value: tenant[name], disabled: fixed, autocomplete: 'off', ...properties });
  const choice = (name, values) => h('select', { name, disabled: fixed }, values.map(([value, text]) => h('option', { value, selected: tenant[name] === value }, text)));
  const form = h('form', {
    onsubmit: async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      try {
        await call('PATCH', of(tenant.id), { ...values, requestsPerSecond: Number(values.requestsPerSecond) });
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
  fixed ? null : h('button', { type: 'submit', class: 'first' }, 'Save'));
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
