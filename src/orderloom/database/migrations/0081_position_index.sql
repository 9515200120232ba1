-- Positions are found by their unique key. With the account in front, the index over the second
-- dimension looked as good to a planner that has no figures yet, and a warehouse's every position
-- was read for each one that was wanted.
drop index orderloom.position_dim2;
create index position_dim2 on orderloom.position (dim2);
