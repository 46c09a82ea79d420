import { call, of } from '/admin/assets/api.js';
import { h, note } from '/admin/assets/dom.js';
import { activityView } from '/admin/assets/activity.js';
import { connectView } from '/admin/assets/connect.js';
import { credentialsView } from '/admin/assets/credentials.js';
import { directoryView } from '/admin/assets/directory.js';
import { settingsView } from '/admin/assets/settings.js';

const views = [
  ['connect', 'Connect Entra', connectView],
  ['activity', 'Activity', activityView],
  ['users', 'Users', directoryView],
  ['groups', 'Groups', directoryView],
  ['credentials', 'Credentials', credentialsView],
  ['settings', 'Settings', settingsView],
];
// What a customer's own administrator sees through a set-up link.
const setupViews = ['connect', 'activity'];

/** One tenant: its toggle, and one of its views. */
export async function tenantPage(session, id, view, rest) {
  const own = session.kind !== 'setup';
  const allowed = own ? views : views.filter(([name]) => setupViews.includes(name));
  const [name, , make] = allowed.find(([key]) => key === view) ?? allowed[0];
  const tenant = await call('GET', of(id));
  const base = own ? `#/${tenant.id}` : '#/-';
  const shown = await make({ session, tenant, base, view: name, rest });
  return {
    title: tenant.displayName,
    leave: shown.leave,
    content: [
      h('div', { class: 'head' },
        h('div', {}, h('h1', {}, tenant.displayName), own ? h('div', { class: 'quiet small' }, tenant.id) : null),
        own ? provisioningSwitch(tenant) : null),
      h('nav', { class: 'tabs', 'aria-label': 'Views of the tenant' },
        allowed.map(([key, label]) => h('a', { href: `${base}/${key}`, 'aria-current': key === name ? 'page' : null }, label))),
      ...shown.content,
    ],
  };
}

function provisioningSwitch(tenant) {
  const button = h('button', {
    type: 'button', role: 'switch', 'aria-checked': String(tenant.provisioningEnabled), disabled: tenant.source === 'settings',
    title: tenant.source === 'settings' ? 'This tenant is kept in the settings of the service and is switched there.' : null,
    onclick: async () => {
      const on = button.getAttribute('aria-checked') !== 'true';
      try {
        await call('PATCH', of(tenant.id), { provisioningEnabled: on });
        button.setAttribute('aria-checked', String(on));
        button.lastChild.textContent = label(on);
        note(on ? 'Provisioning is on' : 'Provisioning is paused: Entra’s calls are answered 503 and tried again later');
      } catch (error) {
        note(error.message);
      }
    },
  }, label(tenant.provisioningEnabled));
  return button;
}

const label = (on) => (on ? 'Provisioning on' : 'Provisioning paused');
