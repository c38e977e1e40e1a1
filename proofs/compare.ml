(* Replays histories of the real code in the extracted model. Reads, line by line:
     H                     a new history
     R RULES LINK          a link that breaks these rules
     L LINK                the code accepted it; then what the code has after it:
     S cur lock due active grants
     M member reach held founder confirmed   for every member
   Lists are "1,2" or "-"; grants and regrants are "member:epochs" joined by ";". *)
open Model

let ints s = if s = "-" then [] else List.map int_of_string (String.split_on_char ',' s)
let pairs s =
  if s = "-" then []
  else List.map (fun p -> match String.split_on_char ':' p with
    | [m; es] -> (int_of_string m, ints es) | _ -> failwith p) (String.split_on_char ';' s)
let show l = if l = [] then "-" else String.concat "," (List.map string_of_int l)
let show_pairs l = if l = [] then "-" else String.concat ";" (List.map (fun (m, es) -> string_of_int m ^ ":" ^ show es) l)
let num = int_of_string
let flag s = s = "1"
let bits = function true -> "1" | false -> "0"

let link = function
  | ["genesis"; m; lk] -> Genesis (num m, flag lk)
  | ["join"; m] -> Join (num m)
  | ["enroll"; a; m; ms] -> Enroll (num a, num m, ints ms)
  | ["review"; a; ap; rm; ms] -> Review (num a, ints ap, ints rm, ints ms)
  | ["rotate"; a; ms] -> Rotate (num a, ints ms)
  | ["regrant"; a; give; ms] -> Regrant (num a, pairs give, ints ms)
  | ["rekey"; a; ms] -> Rekey (num a, ints ms, true)
  | ["leave"; a] -> Leave (num a)
  | ["expel"; rm] -> Expel (ints rm)
  | ["lockdown"; a; on; rm; ms] -> Lockdown (num a, flag on, ints rm, ints ms)
  | ["reclaim"; a; f; runs; ms] -> Reclaim (num a, num f, ints runs, ints ms)
  | ["note"; a] -> Note (num a)
  | other -> failwith ("unknown link: " ^ String.concat " " other)

let range a b = List.init (max 0 (b - a + 1)) (fun i -> a + i)

(* The model's state is made of functions on top of functions; here each becomes a table. *)
let frozen st =
  let n = List.fold_left max 0 st.members and c = st.cur in
  let one f = let t = Array.init (n + 1) f in fun m -> if m <= n then t.(m) else f m in
  let two f = let t = Array.init (n + 1) (fun m -> Array.init (c + 2) (f m)) in
    fun m e -> m <= n && e <= c + 1 && t.(m).(e) in
  { st with act = one st.act; reach = two st.reach; held = two st.held; gen = one st.gen; conf = one st.conf; rec0 = two st.rec0;
    pub = []; mk = (fun _ -> 0); since = (fun _ -> 0); appr = (fun _ -> false); gone = (fun _ -> None); gby = (fun _ _ _ -> false) }

let frozen_classes c =
  let n = List.fold_left max 0 c.core.members in
  let table = Array.init (n + 1) (fun x -> Array.init (n + 1) (c.led x)) in
  { c with core = frozen c.core; appd = []; led = (fun x y -> if x <= n && y <= n then table.(x).(y) else x = y) }

(* What breaks one of these rules the model refuses. Who is renamed it does not have. *)
let exact = ["MEM-1"; "MEM-2"; "MEM-3"; "MEM-4"; "MEM-5"; "MEM-9"; "MEM-10"; "GRT-1"]

let () =
  let st = ref c0 and history = ref 0 and links = ref 0 and refused = ref 0 and both = ref 0 and strict = ref 0 and differ = ref 0 in
  let expect what found wanted =
    if found <> wanted then begin
      incr differ;
      if !differ < 20 then Printf.printf "history %d, link %d: %s: the model has %s, the code %s\n" !history !st.core.sq what found wanted
    end in
  let grants = ref [] in
  (try while true do
    match String.split_on_char ' ' (input_line stdin) with
    | ["H"] -> st := c0; incr history
    | "R" :: rules :: words ->
      let admits = adm_classes !st (link words) in
      incr refused;
      if not admits then incr both;
      if List.hd words <> "note" && List.exists (fun rule -> List.mem rule exact) (String.split_on_char ',' rules) then begin
        incr strict;
        expect (rules ^ " on " ^ String.concat " " words) (bits admits) "0"
      end
    | "L" :: words ->
      let l = link words in
      incr links;
      expect ("admission of " ^ String.concat " " words) (bits (adm_classes !st l)) "1";
      let given m = (m, List.filter (granted !st.core l m) (range 1 (!st.core.cur + 1))) in
      grants := List.filter (fun (_, es) -> es <> []) (List.map given (List.sort compare (members' !st.core l)));
      st := frozen_classes (apply_classes !st l [])
    | ["S"; cur; lock; due; active; given] ->
      expect "current epoch" (string_of_int !st.core.cur) cur;
      expect "lockdown" (bits !st.core.lock) lock;
      expect "rotation due" (bits !st.core.due) due;
      expect "active members" (show (List.filter !st.core.act (List.sort compare !st.core.members))) active;
      expect "grants" (show_pairs !grants) given
    | ["M"; m; reach; held; first; conf] ->
      let all f = show (List.filter (f (num m)) (range 1 !st.core.cur)) in
      expect ("reach of " ^ m) (all !st.core.reach) reach;
      expect ("held of " ^ m) (all !st.core.held) held;
      expect ("founder of " ^ m) (string_of_int (founder !st (num m))) first;
      expect ("confirmed: " ^ m) (bits (confirmed !st (num m))) conf
    | other -> failwith ("unknown line: " ^ String.concat " " other)
  done with End_of_file -> ());
  Printf.printf "%d histories, %d links the same; of %d links that break a rule the model refuses %d (it admits more), and all %d that break %s; %d differences\n"
    !history !links !refused !both !strict (String.concat ", " exact) !differ;
  exit (if !differ = 0 && !history > 0 then 0 else 1)
