# What R says of the public example (argument 1: validation_dca.csv) and of the examples of its own
# packages. Prints JSON; with "results" as argument 2 only what needs no data of R's own packages:
#   Rscript validation_oracles.R ../golden/validation_dca.csv results > ../golden/validation_oracles.json
# Packages of Debian 12: r-base-core r-cran-proc r-cran-rms r-cran-epir
# r-cran-survey r-cran-survival r-cran-jsonlite.
suppressMessages({
  library(jsonlite); library(pROC); library(rms); library(epiR); library(survey); library(survival)
})
d <- read.csv(commandArgs(TRUE)[1])
y <- d$cancer; p <- d$risk; p2 <- plogis(.5 + .7 * qlogis(p))
out <- list()

calibrate <- function(p) {
  v <- val.prob(p, y, pl = FALSE)
  x <- qlogis(p)
  level <- glm(y ~ offset(x), family = binomial); slope <- glm(y ~ x, family = binomial)
  ll <- loess(y ~ p, control = loess.control(surface = "direct", iterations = 1))
  spline <- lrm(y ~ rcs(x, 5), x = TRUE, y = TRUE)
  fitted <- plogis(predict(spline, type = "lp"))
  se <- predict(spline, type = "lp", se.fit = TRUE)$se.fit
  list(brier = v[["Brier"]], e_max = v[["Emax"]], e90 = v[["E90"]], ici_lowess = v[["Eavg"]],
       ici_loess = mean(abs(fitted(ll) - p)), ici_spline = mean(abs(fitted - p)),
       spline_first = fitted[[1]], spline_se_first = se[[1]],
       citl = coef(level)[[1]], citl_se = sqrt(vcov(level)[1, 1]),
       slope = coef(slope)[[2]], slope_se = sqrt(vcov(slope)[2, 2]), oe = mean(y) / mean(p))
}
out$calibration <- list(fitted = calibrate(p), miscalibrated = calibrate(p2))

r <- roc(y, p, quiet = TRUE, direction = "<")
out$auroc <- as.numeric(ci.auc(r))
cut <- round(p, 1)
rt <- roc(y, cut, quiet = TRUE, direction = "<")
out$auroc_ties <- as.numeric(ci.auc(rt))
t <- roc.test(r, rt, paired = TRUE, method = "delong")
out$paired <- list(z = t$statistic[[1]], p = t$p.value)
data(aSAH)
asah <- list(case = as.integer(aSAH$outcome == "Poor"), wfns = as.integer(aSAH$wfns),
             s100b = aSAH$s100b, ndka = aSAH$ndka)
pair <- function(a, b) {
  t <- roc.test(roc(asah$case, asah[[a]], quiet = TRUE, direction = "<"),
                roc(asah$case, asah[[b]], quiet = TRUE, direction = "<"), method = "delong")
  list(a = a, b = b, z = t$statistic[[1]], p = t$p.value)
}
out$asah <- list(data = asah,
  ci = lapply(asah[-1], function(s) as.numeric(ci.auc(roc(asah$case, s, quiet = TRUE, direction = "<")))),
  pairs = list(pair("wfns", "s100b"), pair("wfns", "ndka"), pair("ndka", "s100b")))

shares <- list(c(0, 10), c(10, 10), c(81, 263), c(15, 148), c(5, 5000))
out$shares <- lapply(shares, function(k) list(k = k[1], n = k[2],
  wilson = suppressWarnings(prop.test(k[1], k[2], correct = FALSE)$conf.int[1:2]),
  clopper_pearson = binom.test(k[1], k[2])$conf.int[1:2]))
e <- epi.tests(as.table(matrix(c(670, 202, 74, 640), 2, byrow = TRUE)))$detail
row <- function(s) as.numeric(e[e$statistic == s, 2:4])
out$table <- list(lr_positive = row("lr.pos"), lr_negative = row("lr.neg"))
k <- epi.kappa(matrix(c(19, 10, 6, 256), 2, byrow = TRUE))
out$kappa <- list(kappa = k$kappa[1, 1], null_se = k$kappa[1, 2], pabak = k$pabak[1, 1])
m <- mcnemar.test(matrix(c(101, 59, 121, 33), 2))
out$mcnemar <- list(chi2 = m$statistic[[1]], p = m$p.value, exact = binom.test(59, 180)$p.value)

s <- Surv(d$surv_time, d$surv_event)
cc <- concordance(s ~ p, reverse = TRUE); ct <- concordance(s ~ cut, reverse = TRUE)
s10 <- Surv(round(d$surv_time, 1) + .1, d$surv_event); cr <- concordance(s10 ~ cut, reverse = TRUE)
km <- summary(survfit(s ~ 1), times = 1)
ends <- factor(d$surv_end, levels = c("censor", "diagnosed with cancer", "dead other causes"))
aj <- summary(survfit(Surv(d$surv_time, ends) ~ 1), times = 1)
out$survival <- list(c = cc$concordance[[1]], c_se = sqrt(cc$var), c_ties = ct$concordance[[1]],
  c_ties_se = sqrt(ct$var), c_both = cr$concordance[[1]], c_both_se = sqrt(cr$var),
  km = km$surv, km_se = km$std.err, aj = aj$pstate[1, 2], aj_se = aj$std.err[1, 2])

# a design made up on the public example: survey's variance of survival's own influence on each number
at <- seq_len(nrow(d)); d$w <- 1 + (at %% 5) / 2; d$st <- at %% 6; d$ps <- (at %/% 6) %% 8; d$p <- p
d$a <- round(p, 1); d$y <- y
des <- svydesign(ids = ~ps, strata = ~st, weights = ~w, data = d, nest = TRUE)
spread <- function(influence) sqrt(as.numeric(svyrecvar(cbind(influence), des$cluster, des$strata, des$fpc)))
rank_ <- function(formula, weights, rows = rep(TRUE, nrow(d))) {
  d$.w <- weights
  found <- concordance(formula, data = d[rows, ], weights = .w, reverse = is.call(formula[[2]]), influence = 1)
  whole <- rep(0, nrow(d)); whole[rows] <- found$dfbeta
  list(value = found$concordance[[1]], dfbeta = whole)
}
tell_rank <- function(found) list(value = found$value, se = spread(found$dfbeta))
c1 <- rank_(Surv(surv_time, surv_event) ~ p, d$w); c2 <- rank_(Surv(surv_time, surv_event) ~ a, d$w)
censored <- as.integer(d$surv_end == "censor")
g <- survfit(Surv(surv_time, censored) ~ 1, data = d, weights = w)
left <- stepfun(g$time, c(1, g$surv), right = TRUE)
ipcw <- ifelse(d$surv_time > 1, 1 / stepfun(g$time, c(1, g$surv))(1), ifelse(censored == 1, 0, 1 / left(d$surv_time)))
d$late <- as.integer(d$surv_event == 1 & d$surv_time <= 1); d$wi <- d$w * ipcw; d$observed <- ipcw * d$late
d$x <- qlogis(p); d$error <- (p - y)^2; d$benefit <- ifelse(p >= .1, ifelse(y == 1, 1, -1 / 9), 0)
whole <- update(des, observed = d$observed, error = d$error, benefit = d$benefit)
horizon <- subset(svydesign(ids = ~ps, strata = ~st, weights = ~wi, data = d, nest = TRUE), wi > 0)
slope <- svyglm(late ~ x, design = horizon, family = quasibinomial, control = list(epsilon = 1e-14, maxit = 100))
level <- svyglm(late ~ offset(x), design = horizon, family = quasibinomial, control = list(epsilon = 1e-14, maxit = 100))
oe <- svyratio(~observed, ~p, whole); er <- svymean(~error, whole); nb <- svymean(~benefit, whole)
out$design <- list(df = degf(des),
  c = tell_rank(c1), c_difference = list(value = c1$value - c2$value, se = spread(c1$dfbeta - c2$dfbeta)),
  auroc = tell_rank(rank_(y ~ p, d$w)), auroc_at = tell_rank(rank_(late ~ p, d$wi, d$wi > 0)),
  slope = list(value = coef(slope)[[2]], se = SE(slope)[[2]]), level = list(value = coef(level)[[1]], se = SE(level)[[1]]),
  oe = list(value = coef(oe)[[1]], se = sqrt(vcov(oe)[[1]])),
  brier = list(value = coef(er)[[1]], se = SE(er)[[1]]), benefit = list(value = coef(nb)[[1]], se = SE(nb)[[1]]))

data(api)
col <- function(d) list(weight = d$pw, stratum = as.integer(factor(d$stype)), dnum = d$dnum,
  api00 = d$api00, api99 = d$api99, wide = as.integer(d$sch.wide == "Yes"))
clus <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1)
strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat)
tell <- function(design, data) {
  m <- svymean(~api00, design); q <- svyratio(~api00, ~api99, design)
  b <- svyciprop(~I(sch.wide == "Yes"), design, method = "logit", df = degf(design))
  x <- (data$api00 - 600) / 100
  design <- update(design, x = (api00 - 600) / 100)
  g <- svyglm(I(sch.wide == "Yes") ~ x, design = design, family = quasibinomial,
              control = list(epsilon = 1e-14, maxit = 100))
  list(data = col(data), mean = c(coef(m)[[1]], SE(m)[[1]]), ratio = c(coef(q)[[1]], sqrt(vcov(q)[[1]])),
       share = c(as.numeric(b), attr(b, "ci")[1:2]), df = degf(design),
       slope = c(coef(g)[[2]], SE(g)[[2]]))
}
out$survey <- list(apiclus1 = tell(clus, apiclus1), apistrat = tell(strat, apistrat))
out$versions <- c(R = paste(R.version$major, R.version$minor, sep = "."),
  sapply(c("pROC", "rms", "epiR", "survey", "survival"), function(x) as.character(packageVersion(x))))
out$versions <- as.list(out$versions)
if ("results" %in% commandArgs(TRUE)) { out$asah <- NULL; out$survey <- NULL }
cat(toJSON(out, auto_unbox = TRUE, digits = 15, pretty = TRUE))
