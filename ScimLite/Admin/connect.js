import { call, of } from '/admin/assets/api.js';
import { ago, copyable, h, number } from '/admin/assets/dom.js';
import { createToken } from '/admin/assets/credentials.js';

/** The way from an empty tenant to a running cycle; the steps tick themselves as what belongs to them arrives. */
export async function connectView({ session, tenant }) {
  const content = h('div', {});
  let drawn = '';
  const draw = async () => {
    // A set-up link shows no clients; what comes by one ticks the step all the same.
    const [{ tokens }, { clients }, status] = await Promise.all([
      call('GET', of(tenant.id, '/tokens')), session.kind === 'setup' ? { clients: [] } : call('GET', of(tenant.id, '/clients')), call('GET', of(tenant.id, '/status'))]);
    const other = otherWay(tenant, clients, status);
    const news = JSON.stringify([tokens, other, status.provisioningEnabled, status.lastTestConnection, status.firstUser, status.firstGroup]);
    if (news !== drawn) {
      drawn = news;
      replace(content, guide(session, tenant, tokens, other, status, draw));
    }
  };
  await draw();
  // While somebody waits for Entra's first calls, three seconds are soon enough.
  const timer = setInterval(() => {
    if (!document.hidden && !document.querySelector('dialog[open]')) {
      // One that fails is made good by the next; that a session has ended is seen where calls are made.
      draw().catch(() => null);
    }
  }, 3000);
  return { content: [content], leave: () => clearInterval(timer) };
}

// Whoever is in the middle of the guide, with the keyboard or with a part unfolded, stays there.
function replace(content, children) {
  const controls = () => [...content.querySelectorAll('a, button, summary')];
  const at = controls().indexOf(document.activeElement);
  const open = content.querySelector('details')?.open;
  content.replaceChildren(...children.filter(Boolean));
  controls()[at]?.focus({ preventScroll: true });
  content.querySelector('details').open = open;
}

const isLive = (credential) => !credential.expiresAt || new Date(credential.expiresAt) > Date.now();

// How Entra gets in without a token that was made here; a token in the settings of the service shows itself by the calls that come with it.
function otherWay(tenant, clients, status) {
  return clients.some((client) => client.federation || client.secrets.some(isLive)) ? 'There is an OAuth client, so no token is needed.'
    : tenant.entraTenantId ? 'Entra’s own token is taken, so Secret Token may stay blank.'
      : status.lastCall || status.lastTestConnection ? 'Calls have come already.' : null;
}

function guide(session, tenant, tokens, other, status, again) {
  const url = session.tenantUrl;
  const live = tokens.filter(isLive);
  const used = live.map((token) => token.lastUsedAt).filter(Boolean).sort().at(-1);
  const step = (done, title, ...body) => h('li', { class: done ? 'done' : null }, h('h3', {}, title, done ? h('span', { class: 'hidden' }, ' (done)') : null), body);
  const arrived = (what, when) => (when ? h('p', { class: 'badge good' }, `${what[0].toUpperCase()}${what.slice(1)} arrived `, ago(when)) : h('p', { class: 'quiet' }, `Waiting for ${what}…`));
  return [
    status.provisioningEnabled ? null : h('p', { class: 'alert' }, 'Provisioning is paused: Entra’s calls are answered 503 with Retry-After, Test Connection too. ',
      session.kind === 'setup' ? 'Ask whoever sent you the link to switch it on.' : 'Switch it on first.'),
    h('section', { class: 'card', 'aria-label': 'Connect Entra' }, h('ol', { class: 'guide' },
      step(live.length > 0 || other, 'Make a Secret Token',
        live.length === 0 ? h('p', {}, other ?? 'Entra asks for it as Secret Token. It is shown once.')
          : h('p', {}, `There ${live.length === 1 ? 'is one token' : `are ${number(live.length)} tokens`}, `, used ? ['last used ', ago(used), '.'] : 'not used yet.'),
        h('p', { class: 'quiet small' }, session.kind === 'setup' ? 'An OAuth client, which some applications use instead, is made by whoever sent you the link.'
          : ['An OAuth client, which some applications use instead, is made under ', h('a', { href: `#/${tenant.id}/credentials` }, 'Credentials'), '.']),
        h('button', { type: 'button', class: live.length > 0 || other ? null : 'first', onclick: () => createToken(tenant, again) }, 'New token')),
      step(status.lastTestConnection, 'Create the application in Entra',
        h('p', {}, 'In the ', h('a', { href: 'https://entra.microsoft.com', rel: 'noreferrer', target: '_blank' }, 'Entra admin center'),
          ': Enterprise applications › New application › Create your own application › Integrate any other application you don’t find in the gallery. You need the role Cloud Application Administrator.')),
      step(status.lastTestConnection, 'Paste both values and press Test Connection',
        h('p', {}, 'Provisioning › New configuration. Paste the token without “Bearer” before it.'),
        h('div', { class: 'field' }, h('strong', {}, 'Tenant URL'), copyable('Tenant URL', url)),
        h('details', {}, h('summary', { class: 'small' }, 'Tenant URL with Entra’s flag for standard PATCH requests'), copyable('Tenant URL with flag', `${url}?aadOptscim062020`),
          h('p', { class: 'quiet small' }, 'Both work alike here.')),
        arrived('Test Connection', status.lastTestConnection)),
      step(status.firstUser, 'Look at the mappings',
        h('p', {}, 'The defaults work. Users match by userName, groups by displayName; externalId, the work e-mail, displayName and employeeNumber may be matched too.')),
      step(status.firstUser, 'Assign people and switch provisioning on',
        h('p', {}, 'Choose the scope, try Provision on demand with one person, then set Provisioning Status to On. The initial cycle starts at once, and one follows about every 40 minutes.'),
        arrived('the first user', status.firstUser)),
      step(status.firstGroup, 'Assign groups',
        h('p', {}, 'Groups arrive empty, their members follow one by one. Members who are not in scope do not come along.'),
        arrived('the first group', status.firstGroup)))),
  ];
}
