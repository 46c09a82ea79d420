import { call, of } from '/admin/assets/api.js';
import { dialog, field, h, note, table, time } from '/admin/assets/dom.js';
import { activityLog } from '/admin/assets/activity.js';

/** Users or groups with search and paging; one of them with its time line. */
export async function directoryView({ tenant, view, rest }) {
  return rest[0] ? one(tenant, view, rest[0]) : list(tenant, view);
}

async function list(tenant, view) {
  const users = view === 'users';
  const search = h('input', { name: 'text', type: 'search', maxlength: 200 });
  const body = h('div', {});
  const before = [];
  let waiting;
  const read = async (after) => {
    const parameters = new URLSearchParams({ limit: 50, ...(search.value && { text: search.value }), ...(after && { after }) });
    const page = await call('GET', of(tenant.id, `/directory/${view}?${parameters}`));
    const link = (item, words) => h('a', { href: `#/${tenant.id}/${view}/${item.id}` }, words);
    body.replaceChildren(
      table(users ? 'Users' : 'Groups', users
        ? [['User', (user) => link(user, user.userName)], ['Name', (user) => user.displayName ?? ''],
          ['State', (user) => h('span', { class: user.active === false ? 'badge warn' : 'badge good' }, user.active === false ? 'Disabled' : 'Active')], ['Changed', (user) => time(user.lastModified, 'short')]]
        : [['Group', (group) => link(group, group.displayName)], ['External id', (group) => group.externalId ?? '–'], ['Changed', (group) => time(group.lastModified, 'short')]],
      page.resources, search.value ? (page.next ? 'Nobody among those looked at so far; go on to look further.' : 'Nobody matches.') : users ? 'No user has been provisioned yet.' : 'No group has been provisioned yet.'),
      h('p', { class: 'row' },
        before.length > 0 ? h('button', { type: 'button', onclick: () => read(before.pop()) }, 'Back') : null,
        page.next ? h('button', {
          type: 'button',
          onclick: () => {
            before.push(after);
            return read(page.next);
          },
        }, 'Next') : null));
  };
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      before.length = 0;
      read().catch((error) => note(error.message));
    }, 250);
  });
  await read();
  return { content: [h('section', { class: 'card', 'aria-label': users ? 'Users' : 'Groups' }, field(users ? 'Search by userName or displayName' : 'Search by displayName', search), body), users ? await deleted(tenant) : null].filter(Boolean) };
}

async function deleted(tenant) {
  const body = h('div', {});
  const older = h('button', { type: 'button', onclick: () => read().catch((error) => note(error.message)) }, 'Older');
  const shown = [];
  let next = 0;
  const read = async () => {
    const page = await call('GET', of(tenant.id, `/deleted?${new URLSearchParams({ limit: 50, start: next })}`));
    const before = shown.length;
    // Whoever is deleted meanwhile moves the others down, so that the last ones come once more.
    shown.push(...page.deleted.filter((user) => !shown.some((other) => other.id === user.id)));
    next = page.next;
    older.hidden = !next;
    body.replaceChildren(deletedTable(tenant, shown));
    if (before > 0) {
      body.querySelectorAll('tbody a')[before]?.focus();
    }
  };
  await read();
  return shown.length === 0 ? null : h('section', { class: 'card', 'aria-label': 'Deleted users' }, h('h2', {}, 'Deleted lately'), body, older);
}

function deletedTable(tenant, users) {
  return table('Deleted users', [
    ['User', (user) => h('a', { href: `#/${tenant.id}/activity/${user.id}` }, user.userName)], ['Name', (user) => user.displayName],
    ['Deleted', (user) => time(user.deletedAt, 'short')], ['Can be restored until', (user) => time(user.restorableUntil, 'short')],
    ['', (user) => h('button', {
      type: 'button', 'aria-label': `Restore ${user.userName}`,
      onclick: () => dialog(`Restore ${user.userName}?`, h('p', {}, 'The user comes back under the old id, and in its groups where they still exist.'), 'Restore', async () => {
        await call('POST', of(tenant.id, `/deleted/${user.id}/restore`));
        note(`${user.userName} is back`);
        dispatchEvent(new Event('refresh'));
      }),
    }, 'Restore'), 'acts'],
  ], users, '');
}

async function one(tenant, view, id) {
  const resource = await call('GET', of(tenant.id, `/directory/${view}/${encodeURIComponent(id)}`));
  const log = activityLog(tenant.id, { resource: id });
  await log.read();
  return {
    leave: log.leave,
    content: [
      h('p', {}, h('a', { href: `#/${tenant.id}/${view}` }, view === 'users' ? '← All users' : '← All groups')),
      h('section', { class: 'card', 'aria-label': 'Resource' }, h('h2', {}, resource.displayName ?? resource.userName ?? id),
        h('details', {}, h('summary', {}, 'As SCIM shows it'), h('pre', { class: 'code scroll', tabindex: 0 }, JSON.stringify(resource, null, 2)))),
      h('section', { class: 'card', 'aria-label': 'Time line' }, log.element),
    ],
  };
}
