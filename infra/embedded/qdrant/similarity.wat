;; How near rows of a matrix are to a query, several numbers at a time. All addresses are bytes in the memory that is imported; a row takes
;; $bytes, a multiple of 16, and begins at a multiple of 16, and so does the query.
(module
  (import "index" "memory" (memory 1))

  ;; For each of $count slots: the dot product of its row and the query.
  (func (export "dots")
    (param $query i32) (param $matrix i32) (param $bytes i32) (param $slots i32) (param $count i32) (param $scores i32)
    (local $row i32) (local $at i32) (local $end i32) (local $sum v128)
    (local.set $end (i32.add (local.get $query) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $row
          (i32.add (local.get $matrix) (i32.mul (i32.load (local.get $slots)) (local.get $bytes))))
        (local.set $at (local.get $query))
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (block $row_done
          (loop $more
            (br_if $row_done (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $sum
              (f32x4.add (local.get $sum) (f32x4.mul (v128.load (local.get $row)) (v128.load (local.get $at)))))
            (local.set $row (i32.add (local.get $row) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $more)))
        (f32.store (local.get $scores) (call $total (local.get $sum)))
        (local.set $slots (i32.add (local.get $slots) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; The same, their distance.
  (func (export "distances")
    (param $query i32) (param $matrix i32) (param $bytes i32) (param $slots i32) (param $count i32) (param $scores i32)
    (local $row i32) (local $at i32) (local $end i32) (local $sum v128) (local $difference v128)
    (local.set $end (i32.add (local.get $query) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $row
          (i32.add (local.get $matrix) (i32.mul (i32.load (local.get $slots)) (local.get $bytes))))
        (local.set $at (local.get $query))
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (block $row_done
          (loop $more
            (br_if $row_done (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $difference (f32x4.sub (v128.load (local.get $row)) (v128.load (local.get $at))))
            (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $difference) (local.get $difference))))
            (local.set $row (i32.add (local.get $row) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $more)))
        (f32.store (local.get $scores) (f32.sqrt (call $total (local.get $sum))))
        (local.set $slots (i32.add (local.get $slots) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; The dot product of a row of bytes and a query of numbers of two bytes each.
  (func (export "codes")
    (param $query i32) (param $matrix i32) (param $bytes i32) (param $slots i32) (param $count i32) (param $scores i32)
    (local $row i32) (local $at i32) (local $end i32) (local $codes v128) (local $low v128) (local $high v128)
    (local.set $end (i32.add (local.get $query) (i32.shl (local.get $bytes) (i32.const 1))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $row
          (i32.add (local.get $matrix) (i32.mul (i32.load (local.get $slots)) (local.get $bytes))))
        (local.set $at (local.get $query))
        (local.set $low (v128.const i32x4 0 0 0 0))
        (local.set $high (v128.const i32x4 0 0 0 0))
        (block $row_done
          (loop $more
            (br_if $row_done (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $codes (v128.load (local.get $row)))
            (local.set $low
              (i32x4.add
                (local.get $low)
                (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $codes)) (v128.load (local.get $at)))))
            (local.set $high
              (i32x4.add
                (local.get $high)
                (i32x4.dot_i16x8_s
                  (i16x8.extend_high_i8x16_s (local.get $codes))
                  (v128.load offset=16 (local.get $at)))))
            (local.set $row (i32.add (local.get $row) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (br $more)))
        (f32.store
          (local.get $scores)
          (f32.convert_i32_s (call $whole (i32x4.add (local.get $low) (local.get $high)))))
        (local.set $slots (i32.add (local.get $slots) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  (func $whole (param $sum v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
      (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))

  (func $total (param $sum v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
      (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum))))))
