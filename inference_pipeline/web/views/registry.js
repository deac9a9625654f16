// The views, in the order of the navigation: the only place that names them. A view's module exports
//
//   show(page) → what ends it, a function; or {end, moved(path)}, of which moved says whether it has shown another place
//                of itself; or nothing
//
// Requests go through call, streamed or send of api.js: they carry the session's token, without which its cookie counts
// for nothing (so no EventSource, and no link to a route that needs a session).
//
// page.main is the empty element to fill, page.path what follows the view's name in the address (#/chat/ID → ["ID"]),
// page.go(name, ...path) leads elsewhere. A view that was left has page.main.isConnected false, and its page.go does
// nothing: what it does after an `await` beyond filling its own element has to look. `needs` is the scope without which the view asks to sign in. `hidden` ones
// stand not in the navigation.

export const VIEWS = [
  { name: "chat", title: "Chat", icon: "chat", needs: "chat", load: () => import("./chat.js") },
  { name: "write", title: "Write", icon: "write", needs: "chat", load: () => import("./write.js") },
  { name: "posts", title: "Posts", icon: "posts", needs: "admin", load: () => import("./posts.js") },
  { name: "train", title: "Train", icon: "train", needs: "admin", load: () => import("./train.js") },
  { name: "begin", title: "The first twin", hidden: true, needs: "admin", load: () => import("./begin.js") },
  { name: "signin", title: "Sign in", hidden: true, load: () => import("./signin.js") },
];
