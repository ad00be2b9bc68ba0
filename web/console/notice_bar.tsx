import { problemOf } from "../shared/problems.ts";
import { useDesk } from "./desk.ts";

/** What was just done, with the way back while there is one; a refusal in the server's words. */
export function NoticeBar() {
  const { say, actions } = useDesk();
  const { notice } = actions;
  return (
    <div class="notice" role="status" hidden={notice === null}>
      {notice !== null && (
        <>
          <span class={notice.key === null ? "problem" : undefined}>{notice.key === null ? problemOf(notice.error, say) : say(notice.key, notice.values)}</span>
          {notice.undo !== null && <span class="small quiet later-on">{say("undo.later")}</span>}
          {notice.undo !== null && <button type="button" class="button" onClick={() => void actions.undo()}>{say("undo")}</button>}
          <button type="button" class="link" onClick={() => actions.dismiss()}>{say("console.close")}</button>
        </>
      )}
    </div>
  );
}
