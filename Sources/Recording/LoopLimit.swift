/// The most times that the loops of one invocation may go round, all loops together.
///
/// llvmpipe (Mesa's lavapipe) leaves every loop after 65 535 rounds, counted over the whole invocation, and says nothing: the
/// results are wrong. Whoever records a dispatch cuts it so that it stays below this.
public let maximumLoopRounds = 60_000
