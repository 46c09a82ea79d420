import { call, of } from '/admin/assets/api.js';
import { ago, copyable, h, number } from '/admin/assets/dom.js';
import { createToken } from '/admin/assets/credentials.js';

/** The way from an empty tenant to a running cycle; the steps that the service can see tick themselves. */
export async function connectView({ session, tenant }) {
  const content = h('div', {});
  let tokens = (await call('GET', of(tenant.id, '/tokens'))).tokens;
  const draw = async () => {
    const status = await call('GET', of(tenant.id, '/status'));
    content.replaceChildren(...guide(session, tenant, tokens, status, async () => {
      tokens = (await call('GET', of(tenant.id, '/tokens'))).tokens;
      await draw();
    }).filter(Boolean));
  };
  await draw();
  // While somebody waits for Entra's first calls, three seconds are soon enough.
  const timer = setInterval(() => {
    if (!document.hidden && !document.querySelector('dialog[open]') && !content.contains(document.activeElement)) {
      draw().catch(() => clearInterval(timer));
    }
  }, 3000);
  return { content: [content], leave: () => clearInterval(timer) };
}

function guide(session, tenant, tokens, status, again) {
  const url = session.tenantUrl;
  const step = (done, title, ...body) => h('li', { class: done ? 'done' : null }, h('h3', {}, title, done ? h('span', { class: 'hidden' }, ' (done)') : null), body);
  return [
    tenant.provisioningEnabled ? null : h('p', { class: 'alert' }, 'Provisioning is paused: Entra’s calls are answered 503 with Retry-After, Test Connection too. Switch it on first.'),
    h('section', { class: 'card', 'aria-label': 'Connect Entra' }, h('ol', { class: 'guide' },
      step(tokens.length > 0, 'Make a Secret Token',
        h('p', {}, tokens.length > 0 ? `${number(tokens.length)} ${tokens.length === 1 ? 'token lives' : 'tokens live'}; ${tokens[0].name} was used `
          : 'Entra shows it as Secret Token. It is shown once.', tokens.length > 0 ? ago(tokens[0].lastUsedAt) : null),
        h('button', { type: 'button', class: tokens.length > 0 ? null : 'first', onclick: () => createToken(tenant, again) }, 'New token')),
      step(false, 'Create the application in Entra',
        h('p', {}, 'In the ', h('a', { href: 'https://entra.microsoft.com', rel: 'noreferrer', target: '_blank' }, 'Entra admin center'),
          ': Enterprise applications › New application › Create your own application › Integrate any other application you don’t find in the gallery. You need the role Cloud Application Administrator.')),
      step(status.lastTestConnection, 'Paste both values and press Test Connection',
        h('p', {}, 'Provisioning › New configuration. Paste the token without “Bearer” before it.'),
        h('div', { class: 'field' }, h('strong', {}, 'Tenant URL'), copyable('Tenant URL', url)),
        h('details', {}, h('summary', { class: 'small' }, 'Tenant URL with Entra’s flag for standard PATCH requests'), copyable('Tenant URL with flag', `${url}?aadOptscim062020`),
          h('p', { class: 'quiet small' }, 'Both work alike here.')),
        status.lastTestConnection ? h('p', { class: 'badge good' }, 'Test Connection arrived ', ago(status.lastTestConnection)) : h('p', { class: 'quiet' }, 'Waiting for Test Connection…')),
      step(false, 'Look at the mappings',
        h('p', {}, 'The defaults work. Users match by userName, groups by displayName; externalId, the work e-mail, displayName and employeeNumber may be matched too.')),
      step(status.firstUser, 'Assign people and switch provisioning on',
        h('p', {}, 'Choose the scope, try Provision on demand with one person, then set Provisioning Status to On. The initial cycle starts at once, and one follows about every 40 minutes.'),
        status.firstUser ? h('p', { class: 'badge good' }, 'First user arrived ', ago(status.firstUser)) : h('p', { class: 'quiet' }, 'Waiting for the first user…')),
      step(status.firstGroup, 'Assign groups',
        h('p', {}, 'Groups arrive empty, their members follow one by one. Members who are not in scope do not come along.'),
        status.firstGroup ? h('p', { class: 'badge good' }, 'First group arrived ', ago(status.firstGroup)) : h('p', { class: 'quiet' }, 'Waiting for the first group…')))),
  ];
}
