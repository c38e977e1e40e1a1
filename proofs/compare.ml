(* Replays histories of the real code in the extracted model. Reads, line by line:
     H both|whole          a new history: whether Classes.v has its links too, or Whole.v alone
     R RULES LINK          a link that breaks these rules
     L LINK                the code accepted it; then what the code has after it:
     S cur lock due active grants
     P pointer pairs       the pointer in force; what each pair was granted
     M member reach held founder confirmed withheld   for every member
   Lists are "1,2" or "-"; grants and regrants are "member:epochs" joined by ";", what pairs were granted "sign:kem:epochs". *)
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

let pointer s = match List.map num (String.split_on_char ':' s) with
  | [sign; kem; from; at] -> { keys = (sign, kem); from_log = from; place = at }
  | _ -> failwith s
let show_pointer p = String.concat ":" (List.map string_of_int [fst p.keys; snd p.keys; p.from_log; p.place])
let pair s = match List.map num (String.split_on_char ':' s) with [sign; kem] -> (sign, kem) | _ -> failwith s

let link = function
  | ["genesis"; m; lk] -> Genesis (num m, flag lk)
  | ["join"; m] -> Join (num m)
  | ["enroll"; a; m; ms] -> Enroll (num a, num m, ints ms)
  | ["review"; a; ap; rm; ms] -> Review (num a, ints ap, ints rm, ints ms)
  | ["rotate"; a; ms] -> Rotate (num a, ints ms)
  | ["regrant"; a; give; ms] -> Regrant (num a, pairs give, ints ms)
  | ["rekey"; a; ms; ne] -> Rekey (num a, ints ms, flag ne)
  | ["leave"; a] -> Leave (num a)
  | ["expel"; rm] -> Expel (ints rm)
  | ["lockdown"; a; on; rm; ms] -> Lockdown (num a, flag on, ints rm, ints ms)
  | ["reclaim"; a; f; runs; ms] -> Reclaim (num a, num f, ints runs, ints ms)
  | ["note"; a] -> Note (num a)
  | other -> failwith ("unknown link: " ^ String.concat " " other)
let whole_link = function
  | "withheld" :: words -> Plain (link words, true)
  | ["enroll-escrow"; a; p; ms] -> EnrollEscrow (num a, pointer p, ints ms)
  | ["renew-escrow"; a; p; ms] -> RenewEscrow (num a, pointer p, ints ms)
  | ["by-escrow"; a; ap; rm; runs; ps] ->
      ByEscrow (num a, ints ap, ints rm, ints runs, if ps = "-" then [] else List.map pair (String.split_on_char ';' ps))
  | words -> Plain (link words, false)

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

let frozen_whole w =
  let n = w.core2.sq and c = w.core2.cur in
  let graph led = let t = Array.init (n + 1) (fun x -> Array.init (n + 1) (led x)) in
    fun x y -> if x <= n && y <= n then t.(x).(y) else x = y in
  let flags f = let t = Array.init (n + 1) f in fun m -> m <= n && t.(m) in
  let nodes = Array.init (n + 1) w.node in
  let kept = Array.init (n + 1) (fun m -> Array.init (c + 1) (w.kept m)) in
  let ps = List.sort_uniq compare w.pairs_ever in
  let granted = List.map (fun p -> (p, Array.init (c + 1) (w.to_pair p))) ps in
  { w with core2 = frozen w.core2; is_escrow = flags w.is_escrow; node = (fun m -> if m <= n then nodes.(m) else m);
    own_led = graph w.own_led; all_led = graph w.all_led; pairs_ever = ps;
    to_pair = (fun p e -> match List.assoc_opt p granted with Some t -> e <= c && t.(e) | None -> false);
    kept = (fun m e -> m <= n && e <= c && kept.(m).(e)) }

(* What breaks one of these rules the model refuses. Whom a member may rename and roles it does not have (a member with a role must
   stay: MEM-3 in an escrow log). *)
let exact = ["MEM-1"; "MEM-2"; "MEM-4"; "MEM-5"; "MEM-6"; "MEM-9"; "MEM-10"; "GRT-1"; "ESC-4"; "ESC-7"; "ESC-11"]
let of_users = "MEM-3"

let () =
  let st = ref c0 and wh = ref whole0 and both = ref true in
  let history = ref 0 and with_escrow = ref 0 and links = ref 0 and refused = ref 0 and also = ref 0 and strict = ref 0 and differ = ref 0 in
  let expect what found wanted =
    if found <> wanted then begin
      incr differ;
      if !differ < 20 then Printf.printf "history %d, link %d: %s: the model has %s, the code %s\n" !history !wh.core2.sq what found wanted
    end in
  let grants = ref [] and grants_by_classes = ref [] in
  let whole_expects what of_whole of_classes wanted =
    expect what (of_whole ()) wanted;
    if !both then expect (what ^ ", by Classes.v") (of_classes ()) wanted in
  let given f b members = 
    List.filter (fun (_, es) -> es <> []) (List.map (fun m -> (m, List.filter (f m) (range 1 (b.cur + 1)))) (List.sort compare members)) in
  (try while true do
    match String.split_on_char ' ' (input_line stdin) with
    | ["H"; models] -> st := c0; wh := whole0; both := models = "both"; incr history; if not !both then incr with_escrow
    | "R" :: rules :: words ->
      let admits = adm_whole !wh (whole_link words) in
      let rules = String.split_on_char ',' rules in
      incr refused;
      if not admits then incr also;
      if List.hd words <> "note" && List.exists (fun rule -> List.mem rule exact || (rule = of_users && not !wh.of_escrow)) rules then begin
        incr strict;
        let what = String.concat "," rules ^ " on " ^ String.concat " " words in
        expect what (bits admits) "0";
        if !both && (match whole_link words with Plain (_, false) -> true | _ -> false) then
          expect (what ^ ", by Classes.v") (bits (adm_classes !st (link words))) "0"
      end
    | "L" :: words ->
      let l = whole_link words in
      incr links;
      whole_expects ("admission of " ^ String.concat " " words)
        (fun () -> bits (adm_whole !wh l)) (fun () -> bits (adm_classes !st (link words))) "1";
      grants := given (grants_to !wh l) !wh.core2 (members' !wh.core2 (plain !wh l));
      if !both then begin
        let l = link words in
        grants_by_classes := given (granted !st.core l) !st.core (members' !st.core l);
        st := frozen_classes (apply_classes !st l [])
      end;
      wh := frozen_whole (apply_whole !wh l)
    | ["S"; cur; lock; due; active; given] ->
      let same what f wanted = whole_expects what (fun () -> f !wh.core2) (fun () -> f !st.core) wanted in
      same "current epoch" (fun b -> string_of_int b.cur) cur;
      same "lockdown" (fun b -> bits b.lock) lock;
      same "rotation due" (fun b -> bits b.due) due;
      same "active members" (fun b -> show (List.filter b.act (List.sort compare b.members))) active;
      whole_expects "grants" (fun () -> show_pairs !grants) (fun () -> show_pairs !grants_by_classes) given
    | ["P"; in_force; pairs] ->
      expect "pointer in force" (match !wh.in_force with Some p -> show_pointer p | None -> "-") in_force;
      let one ((sign, kem) as p) = Printf.sprintf "%d:%d:%s" sign kem (show (List.filter (!wh.to_pair p) (range 1 !wh.core2.cur))) in
      expect "granted of pairs" (match !wh.pairs_ever with [] -> "-" | ps -> String.concat ";" (List.sort compare (List.map one ps))) pairs
    | ["M"; m; reach; held; first; conf; withheld] ->
      let n = num m in
      let all f = show (List.filter f (range 1 !wh.core2.cur)) in
      let same what f wanted = whole_expects (what ^ " of " ^ m) (fun () -> all (f !wh.core2)) (fun () -> all (f !st.core)) wanted in
      same "reach" (fun b -> b.reach n) reach;
      same "held" (fun b -> b.held n) held;
      whole_expects ("founder of " ^ m) (fun () -> string_of_int (founder2 !wh n)) (fun () -> string_of_int (founder !st n)) first;
      whole_expects ("confirmed: " ^ m) (fun () -> bits (confirmed2 !wh n)) (fun () -> bits (confirmed !st n)) conf;
      expect ("withheld from " ^ m) (all (!wh.kept n)) withheld
    | other -> failwith ("unknown line: " ^ String.concat " " other)
  done with End_of_file -> ());
  Printf.printf "%d histories, %d of them with escrow, %d links the same; of %d links that break a rule the model refuses %d (it admits more), and all %d that break %s; %d differences\n"
    !history !with_escrow !links !refused !also !strict (String.concat ", " (of_users :: exact)) !differ;
  exit (if !differ = 0 && !history > 0 then 0 else 1)
